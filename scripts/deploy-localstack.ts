/**
 * The stacks on LocalStack, by the real CDK commands: `npm run deploy:localstack [-- cdk arguments]`. Its endpoint is
 * that of docker-compose.local.yml, or `AWS_ENDPOINT_URL`. Never AWS itself: credentials and account are LocalStack's.
 */
import { spawnSync } from 'node:child_process';
import { argv, env, exit, stderr } from 'node:process';

const endpoint = env.AWS_ENDPOINT_URL ?? 'http://localhost:4566';
const assembly = '.cache/localstack';
const asked = argv.slice(2);

if (/(^|\.)amazonaws\.com(\.cn)?$/.test(hostOf(endpoint)))
  refuse(
    `LOCALSTACK_ENDPOINT: this command deploys to LocalStack alone. Got: ${endpoint}. Expected: an address of LocalStack. ` +
      'Fix: unset AWS_ENDPOINT_URL; npx cdk deploy deploys to AWS.',
  );
if (!(await answers()))
  refuse(
    `LOCALSTACK_MISSING: nothing answers where LocalStack should. Got: no answer from ${endpoint}. Expected: LocalStack. ` +
      'Fix: docker compose -f docker-compose.local.yml --profile localstack up localstack, or set AWS_ENDPOINT_URL.',
  );

// `--app folder`: what was synthesised before, as `cdk deploy` has it.
const given = asked.indexOf('--app');
const app = given < 0 ? assembly : (asked[given + 1] ?? assembly);
const more = given < 0 ? asked : asked.toSpliced(given, 2);
if (given < 0) run('cdk', ['synth', '--quiet', '--output', assembly, '-c', 'profile=dev', ...more]);
run('cdklocal', ['bootstrap', '--app', app]);
run('cdklocal', ['deploy', '--all', '--require-approval', 'never', '--app', app, ...more]);

/** cdklocal keeps nothing of AWS_* but endpoints: credentials of a real account never get there. */
function run(command: string, args: readonly string[]): void {
  const { status } = spawnSync(command, args, {
    stdio: 'inherit',
    env: { ...env, AWS_ENDPOINT_URL: endpoint, AWS_ENDPOINT_URL_S3: env.AWS_ENDPOINT_URL_S3 ?? endpoint },
  });
  if (status !== 0) exit(status ?? 1);
}

async function answers(): Promise<boolean> {
  try {
    await fetch(endpoint, { signal: AbortSignal.timeout(5_000) });
    return true;
  } catch {
    return false;
  }
}

function hostOf(url: string): string {
  if (URL.canParse(url)) return new URL(url).hostname;
  refuse(
    `LOCALSTACK_ENDPOINT: the endpoint is no URL. Got: ${url}. Expected: for example http://localhost:4566. Fix: correct or unset AWS_ENDPOINT_URL.`,
  );
}

function refuse(message: string): never {
  stderr.write(`${message}\n`);
  exit(4);
}
