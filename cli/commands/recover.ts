/** `recover [run]`: sends again, from the store, what the log lost; releases a quarantined run that is named. */
import { recoverRuns } from '#functions/orchestrator/recover.ts';
import { openSession } from '#local/session.ts';
import { type Context } from '../context.ts';
import { refuseDeployed } from '../deployed.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { isUnhosted, startHostHint } from '../host-presence.ts';
import { configOf, placeOf } from '../open.ts';
import { resolveRun } from '../run-ids.ts';

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
  const session = await openSession(config, { host: 'never' });
  try {
    const { platform } = session;
    const runId =
      id === undefined ? undefined : (await resolveRun(platform.store.runs, id, placeOf(config))).runId;
    const recovered = await recoverRuns({ ...platform, keys: platform.capabilityKeys() }, runId);
    const { runs, effects, released } = recovered;
    const text = `${runs} runs looked at, ${effects} open tasks sent again, ${released} runs released`;
    context.output.data(options.json === true ? JSON.stringify(recovered) : text);
    if (effects > 0 && isUnhosted(config)) context.output.note(`To go on: ${startHostHint}.`);
    return exitCodes.ok;
  } finally {
    await session.close();
  }
}
