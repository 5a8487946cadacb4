/** Log and store of a deployment are private to it: what commands need of them is asked of its functions. */
import { refusal } from '#core/refusal.ts';

export function openDeployed(profile: string): never {
  throw refusal({
    code: 'AWS_FAILED',
    what: 'log and store of a deployment cannot be reached from here',
    got: `a command on ${profile} that needs them`,
    expected: './baton doctor --aws',
    fix: 'run the command inside the VPC, as docs/how-to/deploy-to-aws.md says',
  });
}
