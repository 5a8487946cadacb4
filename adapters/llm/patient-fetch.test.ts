import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { after, before, it } from 'node:test';
import { createPatientFetch } from './patient-fetch.ts';

let server: Server;
let url: string;
const silentMs = 2_500;
before(async () => {
  server = createServer((_request, response) => {
    response.writeHead(200);
    response.write('first ');
    setTimeout(() => response.end('last'), silentMs);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
after(() => server.closeAllConnections() ?? server.close());

it('the runtime takes how long it may wait: a body that is silent for longer is cut', async () => {
  const impatient = createPatientFetch({ headersTimeout: 1_000, bodyTimeout: 1_000 });
  const response = await impatient(url);
  await assert.rejects(response.text(), /terminated/);
});

it('without a limit it waits, and the signal still ends it', async () => {
  const patient = createPatientFetch();
  assert.equal(await (await patient(url)).text(), 'first last');
  const signal = AbortSignal.timeout(100);
  await assert.rejects(
    patient(url, { signal }).then((response) => response.text()),
    { name: 'TimeoutError' },
  );
});
