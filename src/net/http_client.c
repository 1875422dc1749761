/* SPDX-License-Identifier: MIT */
/* The only door to libcurl. */
#include "net/http_client.h"
