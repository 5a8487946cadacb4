/** Asks the operator function of a deployment: one invocation for each call. Who may is a matter of IAM. */
import { InvokeCommand, LambdaClient, type InvokeCommandOutput } from '@aws-sdk/client-lambda';
import { InfrastructureError } from '#core/failure.ts';
import { isJsonObject, type Json } from '#core/json.ts';
import { type OperatorCall } from '#core/operator-call.ts';
import { refusal } from '#core/refusal.ts';
import { askAwsFor } from './ask-aws.ts';

export interface OperatorClient {
  /** What the function tells; `null` where there is nothing. Throws `InfrastructureError`. */
  ask(call: OperatorCall): Promise<Json>;
  close(): void;
}

export function openOperator(profile: string): OperatorClient {
  const client = new LambdaClient({});
  const name = `baton-${profile}-operator`;
  return {
    async ask(call) {
      const answer = await askAwsFor({ client, action: 'lambda:InvokeFunction', about: name }, () =>
        client.send(new InvokeCommand({ FunctionName: name, Payload: JSON.stringify(call) })),
      );
      if (answer === undefined)
        throw notDeployed(profile, `no function ${name}`, await client.config.region());
      return valueIn(answer, name);
    },
    close: () => client.destroy(),
  };
}

export const notDeployed = (profile: string, got: string, region: string): InfrastructureError =>
  refusal({
    code: 'AWS_NOT_DEPLOYED',
    what: `Baton is not deployed here under the profile ${profile}`,
    got: `${got} in ${region}`,
    expected: 'the account and region of a deployment, and its profile',
    fix: `export AWS_REGION=<region> or AWS_PROFILE=<account>, name the profile (--aws=prod), or npx cdk deploy --all -c profile=${profile}`,
  });

function valueIn({ FunctionError, Payload }: InvokeCommandOutput, name: string): Json {
  const answer = parsed(Payload?.transformToString() ?? '');
  if (FunctionError !== undefined) throw failed(name, answer);
  if (isJsonObject(answer)) {
    const { ok, value, problem } = answer;
    if (ok === true && value !== undefined) return value;
    if (ok === false && typeof problem === 'string') throw notAnswered(name, problem);
  }
  throw notAnswered(name, 'something that is no answer of an operator');
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null;
  }
}

const notAnswered = (name: string, got: string): InfrastructureError =>
  refusal({
    code: 'AWS_OPERATOR',
    what: `the function ${name} does not answer this`,
    got,
    expected: 'what was asked for',
    fix: 'deploy the version that this command line is of; what does not fit is reached inside the VPC, as docs/how-to/deploy-to-aws.md says',
  });

/** What it threw: its own `InfrastructureError` has four parts already; a timeout or a crash of the runtime has not. */
function failed(name: string, answer: Json): InfrastructureError {
  const { errorType, errorMessage } = isJsonObject(answer) ? answer : {};
  const text = typeof errorMessage === 'string' ? errorMessage : 'no message';
  if (errorType === 'InfrastructureError') return new InfrastructureError(text);
  return refusal({
    code: 'AWS_OPERATOR',
    what: `the function ${name} failed`,
    got: text.replace(/\s+/g, ' ').slice(0, 300).replace(/\.$/, ''),
    expected: 'an answer',
    fix: './baton logs --aws --function operator shows what it says',
  });
}
