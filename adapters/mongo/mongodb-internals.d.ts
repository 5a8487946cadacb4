/** The one part of the driver beside its public interface that is touched: closed-connections.ts says why. */
declare module 'mongodb/lib/cmap/connection.js' {
  import { type Socket } from 'node:net';

  export class Connection {
    readonly socket: Socket;
    /** Called whenever the connection is found to be closed, by either side. */
    cleanup(error: Error): void;
  }
}
