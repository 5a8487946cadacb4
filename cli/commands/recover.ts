/** `recover [run]`: sends again, from the store, what the log lost; releases a quarantined run that is named. */
import { recoverRuns } from '#functions/orchestrator/recover.ts';
import { hasCapabilityKeyFile } from '#adapters/capability-key-file.ts';
import { type Config } from '#adapters/config.ts';
import { openSession } from '#local/session.ts';
import { resolveBegunRun } from '../begun-run.ts';
import { type Context } from '../context.ts';
import { counted } from '../counted.ts';
import { refuseDeployed } from '../deployed.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { isUnhosted, startHostHint } from '../host-presence.ts';
import { configOf } from '../open.ts';
import { configurationError } from '../problem.ts';

export interface RecoverOptions {
  readonly json?: boolean;
}

export async function recoverCommand(
  context: Context,
  id: string | undefined,
  options: RecoverOptions,
): Promise<ExitCode> {
  const config = configOf(context);
  refuseDeployed(config, 'recover', 'run it inside the VPC');
  refuseForeignKeys(config);
  const session = await openSession(config, { host: 'never' });
  try {
    const { platform } = session;
    const runId = id === undefined ? undefined : (await resolveBegunRun(platform, config, id)).runId;
    const recovered = await recoverRuns({ ...platform, keys: platform.capabilityKeys() }, runId);
    const { runs, effects, released, unreadable } = recovered;
    const text = [
      `${counted(runs, 'run')} looked at`,
      `${counted(effects, 'open task')} sent again`,
      `${counted(released, 'run')} released`,
    ].join(', ');
    context.output.data(options.json === true ? JSON.stringify(recovered) : text);
    if (effects > 0 && isUnhosted(config)) context.output.note(`To go on: ${startHostHint}.`);
    if (unreadable.length === 0) return exitCodes.ok;
    context.output.problem(
      `Not recovered: ${counted(unreadable.length, 'run')} whose history cannot be read: ${unreadable.slice(0, 20).join(', ')}. ` +
        'Expected commits that this version reads: restore them from a backup, or upgrade Baton where a newer one wrote ' +
        'them; then ./baton recover again.',
    );
    return exitCodes.failed;
  } finally {
    await session.close();
  }
}

/** What it sends is signed: with a key that was made for the purpose, agents would work and be answered in vain. */
function refuseForeignKeys({ backend, capabilityKeys, dataDir }: Config): void {
  if (backend.type !== 'services' || capabilityKeys !== undefined || hasCapabilityKeyFile(dataDir)) return;
  throw configurationError(
    'CAPABILITY_KEYS_MISSING',
    'the key is not known that tasks on this Kafka are signed with',
    {
      expected: `BATON_CAPABILITY_KEYS as the orchestrator has it, or its data folder (not ${dataDir})`,
      hint: 'set BATON_CAPABILITY_KEYS; on AWS it is in the secret CapabilityKeys, as id:key',
    },
  );
}
