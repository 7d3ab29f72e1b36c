// SPDX-License-Identifier: Apache-2.0
/*
 * guest/boot/facts.c - what this boot is: image, epoch, secure or not
 */
#include "guest/boot/facts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "guest/file/file.h"

void facts_image(char *image, size_t size)
{
	if (file_read("/etc/reprise/image", image, size) <= 0)
		snprintf(image, size, "unknown");
	image[strcspn(image, "\n")] = '\0';
	for (; *image; image++)
		if (*image < 0x20 || *image > 0x7e)
			*image = '?';
}

/* splitmix64: spreads the few bits that clocks differ in over all 64. */
static uint64_t mix(uint64_t v)
{
	v += 0x9e3779b97f4a7c15;
	v = (v ^ v >> 30) * 0xbf58476d1ce4e5b9;
	v = (v ^ v >> 27) * 0x94d049bb133111eb;
	return v ^ v >> 31;
}

static uint64_t clock_ns(clockid_t id)
{
	struct timespec t = { 0, 0 };

	clock_gettime(id, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

uint64_t facts_epoch(void)
{
	const unsigned int insecure = 4; /* GRND_INSECURE: never waits */
	uint64_t v = 0;

	if (getrandom(&v, sizeof(v), GRND_NONBLOCK) != sizeof(v)) {
		(void)!getrandom(&v, sizeof(v), insecure);
		v = mix(v ^ mix(clock_ns(CLOCK_REALTIME)) ^
			clock_ns(CLOCK_BOOTTIME));
	}
	return v ? v : 1;
}

uint8_t facts_secure(void)
{
	char text[4];
	ssize_t n = file_read("/sys/firmware/uv/prot_virt_guest", text,
			      sizeof(text));

	if (n > 0 && (text[0] == '0' || text[0] == '1'))
		return text[0] == '1';
	/* no ultravisor: an ordinary guest, if only /sys is there at all */
	return n == -ENOENT && access("/sys/firmware", F_OK) == 0 ? 0 : 2;
}
