import assert from 'node:assert/strict';
import test from 'node:test';
import { forward, inverse, twiddles } from './fft.ts';

test('the transform equals its definition in bit-reversed order, and the inverse undoes it', () => {
  const n = 32;
  const re = Float64Array.from({ length: n }, (_, i) => Math.sin(3 * i * i + 1));
  const im = Float64Array.from({ length: n }, (_, i) => Math.cos(5 * i * i + 2));
  const [a, b] = [re.slice(), im.slice()];
  forward(a, b, twiddles(n));
  for (let k = 0; k < n; k++) {
    let [x, y] = [0, 0];
    for (let j = 0; j < n; j++) {
      const angle = (-2 * Math.PI * j * k) / n;
      x += re[j]! * Math.cos(angle) - im[j]! * Math.sin(angle);
      y += re[j]! * Math.sin(angle) + im[j]! * Math.cos(angle);
    }
    const at = Number.parseInt(k.toString(2).padStart(5, '0').split('').reverse().join(''), 2);
    assert.ok(Math.abs(a[at]! - x) < 1e-12 && Math.abs(b[at]! - y) < 1e-12, `frequency ${k}`);
  }
  inverse(a, b, twiddles(n));
  for (let j = 0; j < n; j++) assert.ok(Math.abs(a[j]! - re[j]!) < 1e-14 && Math.abs(b[j]! - im[j]!) < 1e-14);
});
