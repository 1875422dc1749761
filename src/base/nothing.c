/* SPDX-License-Identifier: MIT */
/* Stands in for a folder that has no source yet, so that the build knows its place. */
typedef int nothing_here;
