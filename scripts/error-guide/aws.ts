/** Codes of commands against a deployment on AWS: meaning, example and what to do. */
import { type FullGuide } from './guide.ts';

export const awsGuide: Readonly<Record<string, FullGuide>> = {
  AWS_NO_REGION: ['no AWS region is known', '`--aws` in a terminal without `AWS_REGION`', 'set `AWS_REGION`'],
  AWS_NO_CREDENTIALS: ['there are no AWS credentials', 'a terminal that never logged in', '`aws sso login`, or set `AWS_PROFILE`'],
  AWS_BAD_CREDENTIALS: ['AWS does not take the credentials', 'a session that has expired', 'log in again'],
  AWS_ACCESS_DENIED: ['the role may not do this', 'a reader’s role, and a run to be started', 'take the role that the message asks for'],
  AWS_THROTTLED: ['AWS answers no more calls for now', 'many who ask for logs at once', 'try again in a minute'],
  AWS_UNREACHABLE: ['AWS could not be reached', 'a region’s name with a slip in it', 'correct region or network'],
  AWS_NOT_DEPLOYED: ['Baton is not deployed there under this profile', 'another region than that of the deployment', 'set `AWS_REGION`, name the profile, or deploy'],
  AWS_PROFILE_UNKNOWN: ['no profile of `infra/profiles.ts` has this name', '`run --aws design-and-provision`: the workflow is taken as the profile', 'write `--aws=dev`'],
  AWS_OPERATOR: ['the operator function of the deployment did not answer a call', 'a command line newer than the deployment', 'deploy again; its log says more'],
  AWS_INSIDE_ONLY: ['it cannot be done from outside the deployment', '`events tail --aws`: topics are read by functions alone', 'run the command inside the VPC'],
  AWS_FAILED: ['AWS failed otherwise', 'a service that is down', 'read what it says, in the message'],
}; // prettier-ignore
