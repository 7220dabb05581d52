"""Liaison, 代表联络站管理系统: a district's people's-congress liaison stations, run from one place."""
