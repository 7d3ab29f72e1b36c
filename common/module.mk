# common/: built into both programs
common-y := common/conf.c common/conf_value.c common/crc32c.c \
	common/cursor.c common/log.c common/msg.c common/utf8.c \
	common/wire.c

# before main(): not for tests, whose C library knows how
start-y := common/start.c
LDFLAGS_start := -Wl,--wrap=__libc_start_main
LDFLAGS_start_x86_64 := -Wl,-z,pack-relative-relocs
