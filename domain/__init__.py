"""The rules of petition work 信访工作: standard library only, no clock, no disk, no network."""
