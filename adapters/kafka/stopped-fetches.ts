/**
 * Mends a consumer of kafkajs that is stopped while it sets up its fetchers anew, because the brokers of the cluster
 * have become others: the new fetchers are never told, ask a runner that is not running, get nothing at once, and ask
 * again, without a turn of the event loop between. The process hears no signal and no timer any more. Here such a
 * question fails, in a way after which the runner looks whether it still runs.
 */
import kafkajs from 'kafkajs';
import Runner from 'kafkajs/src/consumer/runner.js';

let mended = false;

export function mendStoppedFetches(): void {
  if (mended) return;
  mended = true;
  const { prototype } = Runner;
  const fetch = Reflect.get(prototype, 'fetch');
  prototype.fetch = async function (this: Runner, nodeId: number) {
    if (!this.running) throw new kafkajs.KafkaJSError('the consumer is stopped', { retriable: true });
    return fetch.call(this, nodeId);
  };
}
