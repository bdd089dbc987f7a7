import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Clock, delay, within } from './clock.ts';

/** What was asked for, called back by hand. */
const handClock = (): { readonly clock: Clock; readonly due: (() => void)[]; cancelled: number } => {
  const hand = {
    due: [] as (() => void)[],
    cancelled: 0,
    clock: {
      after(_: number, call: () => void) {
        hand.due.push(call);
        return () => {
          hand.cancelled += 1;
        };
      },
      soon: (call: () => void) => void hand.due.push(call),
    },
  };
  return hand;
};

test('a delay ends when the clock says so, or at once with the reason of its signal', async () => {
  const hand = handClock();
  const waiting = delay(hand.clock, 5);
  hand.due[0]!();
  await waiting;
  const controller = new AbortController();
  const stopped = delay(hand.clock, 5, controller.signal);
  controller.abort(new Error('enough'));
  await assert.rejects(stopped, /enough/);
  assert.equal(hand.cancelled, 1);
  await assert.rejects(delay(hand.clock, 5, controller.signal), /enough/);
  assert.equal(hand.due.length, 2, 'nothing is asked of the clock for a signal that has aborted');
});

test('a signal aborts within its time or with the one that it follows, and then needs the clock no more', () => {
  const hand = handClock();
  const late = within(hand.clock, 5, new AbortController().signal);
  hand.due[0]!();
  assert.equal((late.reason as DOMException).name, 'TimeoutError');
  const controller = new AbortController();
  const followed = within(hand.clock, 5, controller.signal);
  controller.abort(new Error('enough'));
  assert.match(String(followed.reason), /enough/);
  assert.equal(hand.cancelled, 1);
});
