# common/: built into both programs
common-y := common/conf.c common/conf_value.c common/crc32c.c \
	common/cursor.c common/log.c common/msg.c common/utf8.c \
	common/wire.c
