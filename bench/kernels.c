// Peers in C for bench/kernels.ts, which talks to it over standard input: see there for the commands.
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#ifdef __AVX512BW__
#include <immintrin.h>
#endif

static long pixels;
static int classes;
static uint8_t *data;
static long frame_bytes;
static uint32_t counts[32 * 32];
static double sums[3 * 32];
static float *gradient;
static volatile uint64_t sink;

static void fold(const uint32_t *h, long spacing, int tables) {
  for (int k = 0; k < classes * classes; k++)
    for (int t = 0; t < tables; t++) counts[k] += h[t * spacing + k];
}

static void c_naive(const uint8_t *p, const uint8_t *l) {
  const int C = classes;
  for (long i = 0; i < pixels; i++) counts[l[i] * C + p[i]]++;
}

// Eight histograms, unevenly spaced; runs of 64 equal pixels, else of 16, at once.
#define SPACING 1041
static uint32_t tables[8 * SPACING];

static inline void eight(const uint8_t *p, const uint8_t *l, int C) {
  for (int k = 0; k < 8; k++) tables[k * SPACING + l[k] * C + p[k]]++;
}

static void c_runs(const uint8_t *p, const uint8_t *l) {
  const int C = classes;
  memset(tables, 0, sizeof tables);
  long i = 0;
#ifdef __AVX512BW__
  for (; i + 64 <= pixels; i += 64) {
    const __m512i vp = _mm512_loadu_si512(p + i), vl = _mm512_loadu_si512(l + i);
    const __mmask64 same = _mm512_cmpeq_epi8_mask(vp, _mm512_set1_epi8(p[i])) &
                           _mm512_cmpeq_epi8_mask(vl, _mm512_set1_epi8(l[i]));
    if (same == ~0ull) {
      tables[l[i] * C + p[i]] += 64;
      continue;
    }
    const int edge = __builtin_ctzll(~same);
    const __mmask64 rest = _mm512_cmpeq_epi8_mask(vp, _mm512_set1_epi8(p[i + 63])) &
                           _mm512_cmpeq_epi8_mask(vl, _mm512_set1_epi8(l[i + 63]));
    if ((same | rest) == ~0ull) {
      const int n = __builtin_popcountll(same);
      tables[l[i] * C + p[i]] += n;
      tables[SPACING + l[i + 63] * C + p[i + 63]] += 64 - n;
    } else if (edge >= 8) {
      for (int k = 0; k < 64; k += 16) {
        const __m128i qp = _mm_loadu_si128((const void *)(p + i + k)), ql = _mm_loadu_si128((const void *)(l + i + k));
        if ((_mm_cmpeq_epi8_mask(qp, _mm_set1_epi8(p[i + k])) & _mm_cmpeq_epi8_mask(ql, _mm_set1_epi8(l[i + k]))) == 0xffff)
          tables[l[i + k] * C + p[i + k]] += 16;
        else {
          eight(p + i + k, l + i + k, C);
          eight(p + i + k + 8, l + i + k + 8, C);
        }
      }
    } else
      for (int k = 0; k < 64; k += 8) eight(p + i + k, l + i + k, C);
  }
#endif
  for (; i + 8 <= pixels; i += 8) eight(p + i, l + i, C);
  for (; i < pixels; i++) counts[l[i] * C + p[i]]++;
  fold(tables, SPACING, 8);
}

// Two pixels an increment, for few classes.
static uint32_t pair_table[64 * 64];
static void c_pairs(const uint8_t *p, const uint8_t *l) {
  const int C = classes, keys = C * C;
  long i = 0;
  memset(pair_table, 0, (size_t)keys * keys * 4);
  for (; i + 16 <= pixels; i += 16) {
    uint16_t key[8];
    for (int k = 0; k < 8; k++)
      key[k] = (l[i + 2 * k + 1] * C + p[i + 2 * k + 1]) * keys + l[i + 2 * k] * C + p[i + 2 * k];
    for (int k = 0; k < 8; k++) pair_table[key[k]]++;
  }
  for (; i < pixels; i++) counts[l[i] * C + p[i]]++;
  for (int b = 0; b < keys; b++)
    for (int a = 0; a < keys; a++) counts[a] += pair_table[b * keys + a], counts[b] += pair_table[b * keys + a];
}

static void c_two(const uint8_t *p, const uint8_t *l) {
  uint64_t n11 = 0, n1 = 0, m1 = 0;
  for (long at = 0; at < pixels; at += 4096) {
    const long end = at + 4096 < pixels ? at + 4096 : pixels;
    uint32_t both = 0, a = 0, b = 0;
    for (long i = at; i < end; i++) both += p[i] & l[i], a += p[i], b += l[i];
    n11 += both, n1 += a, m1 += b;
  }
  counts[3] = n11, counts[1] = n1 - n11, counts[2] = m1 - n11, counts[0] = pixels - n1 - m1 + n11;
}

#ifdef __AVX512BW__
static void c_two_wide(const uint8_t *p, const uint8_t *l) {
  long i = 0;
  __m512i a = _mm512_setzero_si512(), b = a, both = a;
  const __m512i zero = a;
  for (; i + 64 <= pixels; i += 64) {
    const __m512i vp = _mm512_loadu_si512(p + i), vl = _mm512_loadu_si512(l + i);
    a = _mm512_add_epi64(a, _mm512_sad_epu8(vp, zero));
    b = _mm512_add_epi64(b, _mm512_sad_epu8(vl, zero));
    both = _mm512_add_epi64(both, _mm512_sad_epu8(_mm512_and_si512(vp, vl), zero));
  }
  uint64_t n1 = _mm512_reduce_add_epi64(a), m1 = _mm512_reduce_add_epi64(b), n11 = _mm512_reduce_add_epi64(both);
  for (; i < pixels; i++) n1 += p[i], m1 += l[i], n11 += p[i] & l[i];
  counts[3] = n11, counts[1] = n1 - n11, counts[2] = m1 - n11, counts[0] = pixels - n1 - m1 + n11;
}
#endif

static void read_limit(const uint8_t *p, long bytes) {
  uint64_t sum = 0;
  const uint64_t *q = (const uint64_t *)((uintptr_t)p & ~7ull);
  for (long i = 0; i < bytes / 8; i++) sum += q[i];
  sink += sum;
}

static void soft_sums(const float *p, const uint8_t *l) {
  for (long at = 0; at < pixels; at += 4096) {
    const long end = at + 4096 < pixels ? at + 4096 : pixels;
    for (int c = 0; c < classes; c++) {
      const float *q = p + c * pixels;
      float sum = 0, hit = 0;
      int n = 0;
      for (long i = at; i < end; i++) {
        const float g = l[i] == c ? 1.f : 0.f;
        sum += q[i], hit += g * q[i], n += l[i] == c;
      }
      sums[3 * c] += sum, sums[3 * c + 1] += hit, sums[3 * c + 2] += n;
    }
  }
}

static void soft_gradient(const uint8_t *l) {
  for (int c = 0; c < classes; c++) {
    float *q = gradient + c * pixels;
    const float outside = .25f * c, inside = outside - .5f;
    for (long i = 0; i < pixels; i++) q[i] = l[i] == c ? inside : outside;
  }
}

static int run(const char *name, long frame) {
  const uint8_t *f = data + frame * frame_bytes, *l = f + frame_bytes - pixels;
  memset(counts, 0, sizeof counts);
  memset(sums, 0, sizeof sums);
  if (!strcmp(name, "read_limit")) read_limit(f, frame_bytes);
  else if (!strcmp(name, "c_naive")) c_naive(f, l);
  else if (!strcmp(name, "c_runs") && classes > 2) c_runs(f, l);
  else if (!strcmp(name, "c_pairs") && classes > 2 && classes <= 8) c_pairs(f, l);
  else if (!strcmp(name, "c_two") && classes == 2) c_two(f, l);
#ifdef __AVX512BW__
  else if (!strcmp(name, "c_two_wide") && classes == 2) c_two_wide(f, l);
#endif
  else if (!strcmp(name, "c_soft")) soft_sums((const float *)f, l);
  else if (!strcmp(name, "c_gradient")) soft_gradient(l);
  else return 0;
  return 1;
}

static void result(const char *name) {
  if (!strcmp(name, "c_soft"))
    for (int k = 0; k < 3 * classes; k++) printf("%.17g ", sums[k]);
  else if (!strcmp(name, "c_gradient"))
    for (int c = 0; c < classes; c++) {
      double sum = 0;
      for (long i = 0; i < pixels; i++) sum += gradient[c * pixels + i];
      printf("%.17g ", sum);
    }
  else
    for (int k = 0; k < classes * classes; k++) printf("%u ", counts[k]);
  puts("");
}

int main(void) {
  char line[4096], file[3000], name[64];
  long frames = 0, first, count;
  int soft;
  while (fgets(line, sizeof line, stdin)) {
    if (sscanf(line, "load %2999s %ld %d %ld %d", file, &pixels, &classes, &frames, &soft) == 5) {
      free(data), free(gradient);
      frame_bytes = soft ? pixels * (4 * classes + 1) : 2 * pixels;
      data = aligned_alloc(64, (frames * frame_bytes + 63) & ~63L);
      gradient = soft ? calloc(pixels * classes, sizeof(float)) : 0;
      const int from = open(file, O_RDONLY);
      for (long at = 0, n; (n = read(from, data + at, frames * frame_bytes - at)) > 0;) at += n;
      close(from);
      puts("ready");
    } else if (sscanf(line, "result %63s %ld", name, &first) == 2) {
      if (run(name, first)) result(name);
      else puts("none");
    } else if (sscanf(line, "time %63s %ld %ld", name, &first, &count) == 3) {
      struct timespec a, b;
      clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
      for (long i = 0; i < count; i++) run(name, (first + i) % frames);
      clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
      printf("%.0f\n", (b.tv_sec - a.tv_sec) * 1e9 + (b.tv_nsec - a.tv_nsec));
    }
    fflush(stdout);
  }
  return 0;
}
