/**
 * The parts of kafkajs beside its public interface that are touched: idle-wake-ups.ts, paced-fetches.ts and
 * stopped-fetches.ts say why.
 */
declare module 'kafkajs/src/network/requestQueue/index.js' {
  export default class RequestQueue {
    readonly pending: readonly unknown[];
    readonly inflight: ReadonlyMap<
      number,
      { readonly sentAt: number; readonly requestTimeout: number; timeoutRequest(): void }
    >;
    readonly throttledUntil: number;
    readonly enforceRequestTimeout: boolean;
    readonly requestTimeout: number;
    requestTimeoutIntervalId: NodeJS.Timeout | undefined;
    isConnected(): boolean;
    destroy(): void;
    scheduleCheckPendingRequests(): void;
    scheduleRequestTimeoutCheck(): void;
  }
}

declare module 'kafkajs/src/consumer/consumerGroup.js' {
  export default class ConsumerGroup {
    /** From one broker. Never rejects for what passes: it answers with nothing then. */
    fetch(nodeId: number): Promise<readonly { readonly messages: readonly unknown[] }[]>;
  }
}

declare module 'kafkajs/src/consumer/runner.js' {
  import type ConsumerGroup from 'kafkajs/src/consumer/consumerGroup.js';

  export default class Runner {
    constructor(options: {
      readonly logger: unknown;
      readonly consumerGroup: unknown;
      readonly instrumentationEmitter: { emit(): void };
      readonly concurrency: number;
      readonly onCrash: (reason: unknown) => void;
      readonly retry: { readonly initialRetryTime: number; readonly retries: number };
    });
    running: boolean;
    start(): Promise<void>;
    stop(): Promise<void>;
    fetch(nodeId: number): ReturnType<ConsumerGroup['fetch']>;
  }
}
