/** The failure of a task that refers to a secret which is not set. */
import { type Failure } from '#core/failure.ts';
import { resolveSecrets } from '#functions/agent/secrets.ts';

export function secretFailureOf(name: string): Failure {
  const resolved = resolveSecrets({ key: { secretRef: name } }, [{ at: '/key', name }], () => undefined);
  if (resolved.ok) throw new Error('the secret was found');
  return resolved.problem;
}
