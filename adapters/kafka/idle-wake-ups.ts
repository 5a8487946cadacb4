/**
 * Mends kafkajs's queue of requests, which never rests: it arms a timer again and again with nothing to send, with a
 * negative delay at that (some 900 wake-ups a second, and TimeoutNegativeWarning), and looks for timed-out requests of
 * every connection ten times a second.
 */
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';

/** Timeouts of requests are tens of seconds; nobody notices one that comes a second late. */
const timeoutCheckMs = 1_000;

let mended = false;

export function mendIdleWakeUps(): void {
  if (mended) return;
  mended = true;
  const queue = RequestQueue.prototype;
  const schedule = Reflect.get(queue, 'scheduleCheckPendingRequests');
  queue.scheduleCheckPendingRequests = function (this: RequestQueue) {
    if (this.pending.length > 0) schedule.call(this);
  };
  queue.scheduleRequestTimeoutCheck = function (this: RequestQueue) {
    if (!this.enforceRequestTimeout) return;
    this.destroy();
    const check = (): void => {
      const now = Date.now();
      for (const request of this.inflight.values())
        if (now - request.sentAt > request.requestTimeout) request.timeoutRequest();
      if (!this.isConnected()) this.destroy();
    };
    this.requestTimeoutIntervalId = setInterval(check, Math.min(this.requestTimeout, timeoutCheckMs));
  };
}
