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

const standIns: readonly { readonly filter: RegExp; readonly code: string }[] = [
  {
    // 230 KB of Unicode tables, which Node carries: host names of URIs are all they serve.
    filter: /[/\\]node_modules[/\\]tr46[/\\]index\.js$/,
    code: `const { domainToASCII, domainToUnicode } = require('node:url');
exports.toASCII = (name) => (name === '' ? '' : domainToASCII(name) || null);
exports.toUnicode = (name) => ({ domain: domainToUnicode(name), error: false });`,
  },
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
    // The signer asks who it is only where debugging is asked for.
    filter:
      /[/\\]aws-msk-iam-sasl-signer-js[/\\]node_modules[/\\]@aws-sdk[/\\]client-sts[/\\]|[/\\]node_modules[/\\]@aws-sdk[/\\]client-sts[/\\]/,
    code: 'module.exports = {};',
  },
];

export const smallerParts: Plugin = {
  name: 'smaller-parts',
  setup(setup) {
    for (const { filter, code } of standIns)
      setup.onLoad({ filter }, ({ path }) => ({ contents: code, loader: 'js', resolveDir: dirname(path) }));
  },
};
