// SPDX-License-Identifier: Apache-2.0
/*
 * tests/costs/draw.c - the costs as SVG
 *
 * Both axes are logarithmic: a way that waits for all of the memory rises with
 * its size, the others do not.
 */
#include <math.h>

#include "common/array.h"

#include "tests/costs/costs.h"

enum {
	LEFT = 60,
	TOP = 50,
	WIDTH = 230,
	HEIGHT = 260,
	GAP = 40,
	LOW_DECADE = -1, /* 0.1 s */
	HIGH_DECADE = 4,
};

static double x_of(int panel, size_t size)
{
	return LEFT + panel * (WIDTH + GAP) +
	       WIDTH * (double)size / (COSTS_SIZES - 1);
}

static double y_of(double seconds)
{
	return TOP + HEIGHT -
	       HEIGHT * (log10(seconds) - LOW_DECADE) /
		       (HIGH_DECADE - LOW_DECADE);
}

static void draw_frame(FILE *f, int panel)
{
	fprintf(f,
		"<text x='%.0f' y='%d'>%.1f us a page</text>\n"
		"<rect x='%.0f' y='%d' width='%d' height='%d' fill='none' "
		"stroke='#888'/>\n",
		x_of(panel, 0), TOP - 8, costs_page_ns[panel] / 1000.0,
		x_of(panel, 0), TOP, WIDTH, HEIGHT);
	for (int d = LOW_DECADE; d <= HIGH_DECADE; d++)
		fprintf(f,
			"<line x1='%.0f' x2='%.0f' y1='%.1f' y2='%.1f' "
			"stroke='#ddd'/>\n",
			x_of(panel, 0), x_of(panel, COSTS_SIZES - 1),
			y_of(pow(10, d)), y_of(pow(10, d)));
	for (size_t i = 0; i < COSTS_SIZES; i++)
		fprintf(f,
			"<text x='%.1f' y='%d' text-anchor='middle'>%u</text>"
			"\n",
			x_of(panel, i), TOP + HEIGHT + 16, costs_gib[i]);
}

static void draw_way(FILE *f, int panel, enum way w)
{
	static const char *const looks[WAYS] = {
		[WAY_IN_PLACE] = "#0a0' stroke-width='2",
		[WAY_OVERLAP] = "#06c' stroke-width='2",
		[WAY_DRAIN_FIRST] = "#c60' stroke-width='2",
		[WAY_VIRSH] = "#000' stroke-dasharray='5 3",
		[WAY_VIRSH_ASYNC] = "#c0c' stroke-dasharray='2 3",
	};

	fprintf(f, "<polyline fill='none' stroke='%s' points='", looks[w]);
	for (size_t i = 0; i < COSTS_SIZES; i++) {
		struct cost c = costs_of(w, (uint64_t)costs_gib[i] << 30,
					 costs_page_ns[panel]);

		fprintf(f, "%.1f,%.1f ", x_of(panel, i),
			y_of((double)c.down_us / 1e6));
	}
	fprintf(f, "'/>\n");
	if (panel == 0)
		fprintf(f,
			"<line x1='%d' x2='%d' y1='%d' y2='%d' stroke='%s'/>"
			"<text x='%d' y='%d'>%s</text>\n",
			LEFT + (int)w * 180, LEFT + 30 + (int)w * 180,
			TOP + HEIGHT + 40, TOP + HEIGHT + 40, looks[w],
			LEFT + 36 + (int)w * 180, TOP + HEIGHT + 44,
			costs_way(w));
}

void costs_draw(FILE *f)
{
	fprintf(f,
		"<svg xmlns='http://www.w3.org/2000/svg' width='%d' "
		"height='%d' font-family='sans-serif' font-size='12'>\n"
		"<rect width='100%%' height='100%%' fill='white'/>\n"
		"<text x='%d' y='20'>MODEL: downtime of a secure guest's "
		"restart, seconds, over its memory, GiB</text>\n",
		LEFT + COSTS_PAGES * (WIDTH + GAP), TOP + HEIGHT + 60, LEFT);
	for (int d = LOW_DECADE; d <= HIGH_DECADE; d++)
		fprintf(f, "<text x='4' y='%.1f'>%g s</text>\n",
			y_of(pow(10, d)) + 4, pow(10, d));
	for (int panel = 0; panel < COSTS_PAGES; panel++) {
		draw_frame(f, panel);
		for (int w = 0; w < WAYS; w++)
			draw_way(f, panel, (enum way)w);
	}
	fprintf(f, "</svg>\n");
}
