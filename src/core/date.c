/* SPDX-License-Identifier: MIT */
/* Day numbers by counting from 1 March, so that the leap day is the last of its year. */
#include "core/date.h"

enum {
    ERA_YEARS = 400,
    ERA_DAYS = 146097,
    FROM_MARCH_0 = 719468, /* days from 0000-03-01 to 1970-01-01 */
};

int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0 ? 1 : 0);
}

int64_t date_number(struct date date)
{
    int64_t year = date.month <= 2 ? date.year - 1 : date.year;
    int64_t era = floor_div(year, ERA_YEARS), of_era = year - era * ERA_YEARS;
    int month = date.month > 2 ? date.month - 3 : date.month + 9; /* 0 is March */

    return era * ERA_DAYS + of_era * 365 + of_era / 4 - of_era / 100 + (153 * month + 2) / 5 +
           date.day - 1 - FROM_MARCH_0;
}

struct date date_of(int64_t number)
{
    int64_t day = number + FROM_MARCH_0, era = floor_div(day, ERA_DAYS);
    int64_t of_era = day - era * ERA_DAYS;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int month = (int)((5 * of_year + 2) / 153);
    struct date date = { .day = (int)(of_year - (153 * month + 2) / 5 + 1) };

    date.month = month < 10 ? month + 3 : month - 9;
    date.year = year + era * ERA_YEARS + (date.month <= 2 ? 1 : 0);
    return date;
}

int date_month_days(int64_t year, int month)
{
    struct date first = { year, month, 1 };
    struct date next = { month == 12 ? year + 1 : year, month == 12 ? 1 : month + 1, 1 };

    return (int)(date_number(next) - date_number(first));
}

int date_weekday(int64_t number)
{
    int64_t from_monday = number + 3; /* day 0 was a Thursday */

    return (int)(from_monday - floor_div(from_monday, 7) * 7);
}

bool date_read(struct str text, struct date *out)
{
    int64_t year, month, day;
    struct str rest = text;

    if (text.len != 10 || !str_int(str_cut(&rest, '-'), 1970, 9999, &year) ||
        !str_int(str_cut(&rest, '-'), 1, 12, &month) ||
        !str_int(rest, 1, date_month_days(year, (int)month), &day))
        return false;
    *out = (struct date){ year, (int)month, (int)day };
    return true;
}
