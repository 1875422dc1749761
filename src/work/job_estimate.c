/* SPDX-License-Identifier: MIT */
#include "work/jobs_own.h"
