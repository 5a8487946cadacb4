/**
 * What bundles do without, and what stands in for it (B4 of `bundles.ts`): the rest of a package's ways, tables that
 * Node has itself, adapters for other places than Lambda.
 */
import { readFile } from 'node:fs/promises';
import { dirname, relative } from 'node:path';
import { type Plugin } from 'esbuild';

/** By path in the repository: what loads one of them at run time meets an error that says so. */
export const leftOutOf = (entry: string): readonly string[] => [
  'adapters/embedded/open.ts',
  // What the command line asks a deployment with: the clients of seven AWS services.
  'adapters/aws/deployed.ts',
  // A Jaeger agent listens beside a process; nothing listens beside a function.
  'adapters/telemetry/jaeger-agent.ts',
  ...(/\/(?:agent|http-agent|local-agents)\//.test(entry) ? [] : ['adapters/llm/openai.ts']),
];

export const leaveOut = (root: string, paths: readonly string[]): Plugin => ({
  name: 'leave-out',
  setup(setup) {
    setup.onLoad({ filter: /[/\\]adapters[/\\].*\.ts$/ }, ({ path }) => {
      const file = relative(root, path);
      if (!paths.includes(file)) return undefined;
      const message = `${file} is not in this bundle: it was asked for, expected settings of a function on AWS. Unset what asks for it, or leave it in: infra/bundle-parts.ts.`;
      return { contents: `throw new Error(${JSON.stringify(message)});`, loader: 'js' };
    });
  },
});

/** A worker thread is started by the file's name, which is another one once it is bundled. */
export const workerNames: Plugin = {
  name: 'worker-names',
  setup(setup) {
    setup.onLoad({ filter: /[/\\]functions[/\\]local-agents[/\\]index\.ts$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replace("'./worker.ts'", "'./worker.mjs'"),
      loader: 'ts',
      resolveDir: dirname(path),
    }));
  },
};

interface StandIn {
  readonly filter: RegExp;
  readonly code: string;
}

/** In the place of what nothing here reaches; whoever does after all meets an error that says so, and not `undefined`. */
const unreached = (filter: RegExp, what: string): StandIn => ({
  filter,
  code: `module.exports = new Proxy({}, {
  get(_, name) {
    if (typeof name === 'symbol' || name === '__esModule') return undefined;
    throw new Error(${JSON.stringify(`${what} is not in this bundle: it was asked for, expected what Baton uses of its packages. Use something else, or leave it in: infra/bundle-parts.ts.`)});
  },
});`,
});

/** What the database's driver can do and Baton does not. SCRAM, X.509 and PLAIN stay: a URI may ask for them. */
const unusedOfMongodb: readonly StandIn[] = [
  unreached(
    /[/\\]mongodb[/\\]lib[/\\](?:encrypter|client-side-encryption[/\\].*)\.js$/,
    'encryption of fields by the MongoDB driver',
  ),
  unreached(/[/\\]mongodb[/\\]lib[/\\]gridfs[/\\]\w+\.js$/, "the MongoDB driver's GridFS"),
  unreached(
    /[/\\]mongodb[/\\]lib[/\\]operations[/\\]client_bulk_write[/\\]executor\.js$/,
    'bulkWrite of MongoClient',
  ),
  unreached(
    /[/\\]mongodb[/\\]lib[/\\](?:cursor[/\\])?change_stream(?:_cursor)?\.js$/,
    "the MongoDB driver's change streams",
  ),
  // Both need packages that are not in the bundle, or a machine that is not Lambda.
  unreached(/[/\\]mongodb[/\\]lib[/\\]cmap[/\\]auth[/\\]mongodb_aws\.js$/, 'authMechanism MONGODB-AWS'),
  unreached(
    /[/\\]mongodb[/\\]lib[/\\]cmap[/\\]auth[/\\]mongodb_oidc(?:[/\\]\w+)?\.js$/,
    'authMechanism MONGODB-OIDC',
  ),
];

const standIns: readonly StandIn[] = [
  ...unusedOfMongodb,
  {
    // 60 KB in which Node's own URL is written once more, and 230 KB of Unicode tables that Node carries too.
    filter: /[/\\]node_modules[/\\]whatwg-url[/\\]index\.js$/,
    code: `exports.URL = URL; exports.URLSearchParams = URLSearchParams;`,
  },
  // Addresses of schemas are resolved by Node's URL (core/workflow/schema-address.ts); ajv looks for its own all the same.
  {
    filter: /[/\\]node_modules[/\\]fast-uri[/\\]index\.js$/,
    code: `module.exports = {};`,
  },
  unreached(
    /[/\\]node_modules[/\\]ajv[/\\]dist[/\\]vocabularies[/\\]discriminator[/\\]index\.js$/,
    "ajv's discriminator, a keyword of OpenAPI",
  ),
  unreached(
    /[/\\]@smithy[/\\]core[/\\]dist-es[/\\]submodules[/\\]event-streams[/\\]index\.js$/,
    "the AWS SDK's streams of events",
  ),
  {
    // 400 KB of ways to find credentials; Lambda puts them into the environment.
    filter: /[/\\]aws-msk-iam-sasl-signer-js[/\\]dist[/\\]mskCredentialProvider\.js$/,
    code: `exports.getDefaultCredentials = () => async () => ({
  accessKeyId: process.env.AWS_ACCESS_KEY_ID,
  secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY,
  sessionToken: process.env.AWS_SESSION_TOKEN,
});`,
  },
  {
    // 15 KB of SHA-256 in JavaScript and what it is made with; Node has its own.
    filter: /[/\\]node_modules[/\\]@aws-crypto[/\\]sha256-js[/\\]build[/\\]index\.js$/,
    code: `const { createHash, createHmac } = require('node:crypto');
exports.Sha256 = class {
  constructor(secret) { this.secret = secret; this.reset(); }
  reset() { this.hash = this.secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(this.secret)); }
  update(data) { this.hash.update(bytesOf(data)); }
  async digest() { return new Uint8Array(this.hash.digest()); }
};
const bytesOf = (data) =>
  typeof data === 'string' ? Buffer.from(data)
  : ArrayBuffer.isView(data) ? Buffer.from(data.buffer, data.byteOffset, data.byteLength)
  : Buffer.from(data);`,
  },
  {
    // The signer asks who it is only where debugging is asked for.
    filter:
      /[/\\]aws-msk-iam-sasl-signer-js[/\\]node_modules[/\\]@aws-sdk[/\\]client-sts[/\\]|[/\\]node_modules[/\\]@aws-sdk[/\\]client-sts[/\\]/,
    code: 'module.exports = {};',
  },
];

export const smallerParts: Plugin = {
  name: 'smaller-parts',
  setup(setup) {
    // The drivers tell servers their version, and nothing else of these files.
    setup.onLoad(
      { filter: /[/\\]node_modules[/\\](?:mongodb|kafkajs)[/\\]package\.json$/ },
      async ({ path }) => {
        const { name, version, bugs } = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
        return { contents: JSON.stringify({ name, version, bugs }), loader: 'json' };
      },
    );
    for (const { filter, code } of standIns)
      setup.onLoad({ filter }, ({ path }) => ({ contents: code, loader: 'js', resolveDir: dirname(path) }));
  },
};
