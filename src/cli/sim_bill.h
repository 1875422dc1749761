/* SPDX-License-Identifier: MIT */
/* The rehearsal provider's own books: what it answered, at the prices of the shipped catalogue,
 * each answer rounded once. Tests hold purser's ledger against it to the pico-dollar. */
#ifndef CLI_SIM_BILL_H
#define CLI_SIM_BILL_H

#include "base/buf.h"
#include "base/clock.h"
#include "cli/sim_ask.h"

struct sim_bill;

struct sim_bill *sim_bill_new(const char *price_provider, struct err *err); /* NULL: see err */
void sim_bill_free(struct sim_bill *bill);
/* Books one answer. */
void sim_bill_add(struct sim_bill *bill, const struct sim_ask *ask, int64_t tokens_in,
                  int64_t tokens_out, struct utc now);
void sim_bill_refuse(struct sim_bill *bill); /* counts a request that cost nothing */
void sim_bill_write(const struct sim_bill *bill, struct buf *to);
/* Names of the models that have a price, one after the other; NULL at the end. */
const char *sim_bill_model(const struct sim_bill *bill, size_t i);

#endif
