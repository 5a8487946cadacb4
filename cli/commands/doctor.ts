/** `doctor`: what is missing here, and the command that mends it. Looks and changes nothing. */
import { type Config } from '#adapters/config.ts';
import { type Context } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { type Finding } from '../finding.ts';
import { examineData } from '../examine-data.ts';
import { examineInstallation } from '../examine-installation.ts';

export interface DoctorOptions {
  readonly json?: boolean;
}

export async function doctorCommand(context: Context, options: DoctorOptions): Promise<ExitCode> {
  const { output } = context;
  const { config, findings: here } = await examineInstallation(context.env);
  const findings = [...here, ...(config === undefined ? [] : await examineBackend(config))];
  const count = (state: Finding['state']): number =>
    findings.filter((finding) => finding.state === state).length;
  const ok = count('broken') === 0;
  if (options.json === true) output.data(JSON.stringify({ ok, checks: findings }));
  else {
    for (const finding of findings) output.data(textOf(finding, output.dataColours));
    output.note(
      ok && count('warning') === 0
        ? 'Everything is in order.'
        : `${count('broken')} broken, ${count('warning')} to look at.`,
    );
  }
  return ok ? exitCodes.ok : exitCodes.configuration;
}

async function examineBackend(config: Config): Promise<readonly Finding[]> {
  const { backend } = config;
  if (backend.type !== 'deployed') return examineData(config);
  return (await import('../examine-deployment.ts')).examineDeployment(backend.profile);
}

function textOf({ state, check, says, mend }: Finding, colours: Context['output']['dataColours']): string {
  const sign = {
    ok: () => colours.green('ok     '),
    warning: () => colours.yellow('look at'),
    broken: () => colours.red('broken '),
  }[state]();
  const help = mend === undefined ? '' : `\n         ${colours.cyan('mend:')} ${mend}`;
  return `${sign}  ${check}: ${says}${help}`;
}
