"""The county server 县级服务器: keeps every station's acts, orders them into feeds, folds them, answers rounds."""
