"""The procedure 办理程序: one table of what may be done to a matter, by whom, from where, under which article.

Window, command line, county, simulation and documentation read this table; nothing about the lawfulness of a step's
time and place is written anywhere else. What a step must contain is decided in ``domain.decisions``.
"""
