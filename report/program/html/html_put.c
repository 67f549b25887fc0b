/* Text, numbers and cells of the HTML report. */
#include "html_put.h"
#include "text_rows.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define TEXT_MOST 200 /* bytes; a command can have megabytes */
#define NS 1e9

static void put_escaped(struct out *out, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        switch (text[i]) {
        case '&': out_text(out, "&amp;"); break;
        case '<': out_text(out, "&lt;"); break;
        case '>': out_text(out, "&gt;"); break;
        case '"': out_text(out, "&quot;"); break;
        case '\'': out_text(out, "&#39;"); break;
        case '{': out_text(out, "&#123;"); break;
        default: out_bytes(out, &text[i], 1);
        }
}

void html_text(struct out *out, const char *text)
{
    struct out shown = {0};
    size_t length = strlen(text), most = length;
    if (length > TEXT_MOST)
        for (most = TEXT_MOST; most && ((unsigned char)text[most] & 0xc0) == 0x80;)
            most--; /* not within a character */
    text_put_line(&shown, text, most);
    put_escaped(out, shown.data, shown.length);
    out_text(out, most < length ? "\xe2\x80\xa6" : "");
    out->failed |= shown.failed;
    out_free(&shown);
}

void html_short(struct out *out, double value)
{
    static const char *const prefixes[] = {"", "k", "M", "G", "T", "P", "E", "Z", "Y", "R", "Q"};
    size_t i = 0;
    for (; value >= 999.5 && i + 1 < sizeof prefixes / sizeof *prefixes; i++)
        value /= 1000;
    int places = i == 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
    out_format(out, "%.*f&#8239;%s", places, value, prefixes[i]);
}

void html_seconds(struct out *out, uint64_t elapsed_ns)
{
    double ns = (double)elapsed_ns;
    if (ns >= 3600 * NS)
        out_format(out, "%" PRIu64 ":%02" PRIu64 " h", elapsed_ns / 3600000000000u, elapsed_ns / 60000000000u % 60);
    else if (ns >= 60 * NS)
        out_format(out, "%" PRIu64 ":%02" PRIu64 " min", elapsed_ns / 60000000000u, elapsed_ns / 1000000000u % 60);
    else if (ns >= NS)
        out_format(out, "%.2f s", ns / NS);
    else if (ns >= 1e6)
        out_format(out, "%.2f ms", ns / 1e6);
    else if (elapsed_ns)
        out_format(out, "%.2f &micro;s", ns / 1e3);
    else
        out_text(out, "0 s");
}

void html_rate(struct out *out, wide flops, uint64_t elapsed_ns)
{
    double rate = elapsed_ns ? (double)flops / (double)elapsed_ns : 0;
    if (!elapsed_ns)
        out_text(out, "&ndash;");
    else if (rate < 0.1 && flops)
        out_format(out, "%.2g", rate);
    else
        out_format(out, "%.2f", rate);
}

double html_share(wide part, wide whole)
{
    return whole ? (double)part / (double)whole : 0;
}

void html_cell_name(struct out *out, const char *name)
{
    out_text(out, "<td class=\"name\">");
    html_text(out, name);
    out_text(out, "</td>");
}

void html_cell_number(struct out *out, wide value)
{
    out_text(out, "<td class=\"num\">");
    out_grouped(out, value);
    out_text(out, "</td>");
}

void html_cell_share(struct out *out, wide part, wide whole, wide most)
{
    out_format(out, "<td class=\"bar\"><svg aria-hidden=\"true\"><rect width=\"%.1f%%\"/></svg></td><td class=\"num\">",
               100 * html_share(part, most));
    out_percent(out, part, whole);
    out_text(out, "%</td>");
}

/* The value that it is sorted by stands beside what is shown. */
void html_cell_seconds(struct out *out, uint64_t elapsed_ns)
{
    out_format(out, "<td class=\"num\" data-v=\"%" PRIu64 "\">", elapsed_ns);
    if (elapsed_ns)
        html_seconds(out, elapsed_ns);
    else
        out_text(out, "&ndash;");
    out_text(out, "</td>");
}

void html_cut_row(struct out *out, size_t left_out, unsigned columns)
{
    if (left_out)
        out_format(out, "<tfoot><tr><td colspan=\"%u\">%zu more, each smaller, are not listed</td></tr></tfoot>", columns,
                   left_out);
}

void html_table_open(struct out *out, const char *head)
{
    out_text(out, "<div class=\"wide\"><table class=\"sortable\"><thead><tr>");
    out_text(out, head);
    out_text(out, "</tr></thead><tbody>\n");
}

void html_table_close(struct out *out)
{
    out_text(out, "</table></div>\n");
}
