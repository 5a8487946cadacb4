/**
 * Mends the driver's connections, which can wait for ever. A request that is written to a socket just destroyed, before
 * its `close` event has come, waits for the socket to drain; that never comes, nor does an error, and no timeout of the
 * driver counts there. A database that is killed hits that moment often enough: one call never ended, and with it the
 * partition whose batch it belonged to.
 */
import { Connection } from 'mongodb/lib/cmap/connection.js';

let mended = false;

export function mendClosedConnections(): void {
  if (mended) return;
  mended = true;
  const { prototype } = Connection;
  const cleanup = Reflect.get(prototype, 'cleanup');
  prototype.cleanup = function (this: Connection, error: Error) {
    cleanup.call(this, error);
    // Whoever waits to write looks next whether the connection is closed, and throws what it was closed for.
    this.socket.emit('drain');
  };
}
