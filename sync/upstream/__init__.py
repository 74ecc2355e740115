"""The exchange with the system above 上级系统: cases to records XFJ/XFR/BLFS/PJXX and back; no disk, no clock."""
