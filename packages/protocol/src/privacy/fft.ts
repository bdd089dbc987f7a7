/**
 * In-place complex Fourier transforms of a power-of-two length, for `pld.ts`. The forward transform decimates in
 * frequency and leaves the result in bit-reversed order; the inverse takes that order back, so that nothing is permuted.
 */

/** cos and sin of 2πk/n for k < n/2, each from Math (a recurrence would lose digits). */
export function twiddles(n: number): { readonly cos: Float64Array; readonly sin: Float64Array } {
  const cos = new Float64Array(n / 2);
  const sin = new Float64Array(n / 2);
  for (let k = 0; k < n / 2; k++) {
    cos[k] = Math.cos((2 * Math.PI * k) / n);
    sin[k] = Math.sin((2 * Math.PI * k) / n);
  }
  return { cos, sin };
}

type Twiddles = ReturnType<typeof twiddles>;

/** X[k] = Σ x[j]·e^(−2πijk/n), X in bit-reversed order. re.length = im.length = n, the n of the twiddles. */
export function forward(re: Float64Array, im: Float64Array, { cos, sin }: Twiddles): void {
  const n = re.length;
  for (let half = n / 2, stride = 1; half >= 1; half /= 2, stride *= 2) {
    for (let block = 0; block < n; block += 2 * half) {
      for (let j = 0, t = 0; j < half; j++, t += stride) {
        const a = block + j;
        const b = a + half;
        const dr = re[a]! - re[b]!;
        const di = im[a]! - im[b]!;
        re[a]! += re[b]!;
        im[a]! += im[b]!;
        re[b] = dr * cos[t]! + di * sin[t]!;
        im[b] = di * cos[t]! - dr * sin[t]!;
      }
    }
  }
}

/** The inverse of `forward`, scaled by 1/n. */
export function inverse(re: Float64Array, im: Float64Array, { cos, sin }: Twiddles): void {
  const n = re.length;
  for (let half = 1, stride = n / 2; half < n; half *= 2, stride /= 2) {
    for (let block = 0; block < n; block += 2 * half) {
      for (let j = 0, t = 0; j < half; j++, t += stride) {
        const a = block + j;
        const b = a + half;
        const br = re[b]! * cos[t]! - im[b]! * sin[t]!;
        const bi = im[b]! * cos[t]! + re[b]! * sin[t]!;
        re[b] = re[a]! - br;
        im[b] = im[a]! - bi;
        re[a]! += br;
        im[a]! += bi;
      }
    }
  }
  for (let i = 0; i < n; i++) {
    re[i]! /= n;
    im[i]! /= n;
  }
}
