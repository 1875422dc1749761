/* SPDX-License-Identifier: MIT */
/* What the rehearsal provider says: made of a fixed list of words by numbers drawn from the
 * question, so that the same question has the same answer. */
#ifndef CLI_SIM_WORDS_H
#define CLI_SIM_WORDS_H

#include "base/buf.h"
#include "cli/sim_ask.h"

#include <stdint.h>

enum { SIM_DIMS = 256 };

/* The next number of a sequence; *state moves on. */
uint64_t sim_draw(uint64_t *state);

/* Writes the answer into `to` and counts it; *finish is "stop", or "length" when the limit cut it.
 */
void sim_words_answer(const struct sim_ask *ask, uint64_t seed, struct buf *to, int64_t *tokens,
                      const char **finish);

/* A vector of a text: words it shares with another bring the two nearer. Length 1. */
void sim_words_embed(struct str text, float out[SIM_DIMS]);

#endif
