/**
 * One call to an AWS API, and what it means where it fails: who is asked, as whom, in which region.
 * AA1. Whatever the client throws becomes an `InfrastructureError` in four parts; no key and no token is part of it.
 */
import { refusal } from '#core/refusal.ts';

/** The part of a client that tells where it asks. */
interface Regional {
  readonly config: { readonly region: () => Promise<string> };
}

export interface Asked {
  readonly client: Regional;
  /** As IAM names it: `lambda:ListEventSourceMappings`. */
  readonly action: string;
  /** What it is asked about: a function, a stack, a log group. */
  readonly about: string;
}

export async function askAws<T>(asked: Asked, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw await refused(asked, error);
  }
}

/** As `askAws`; `undefined` where AWS says that there is no such thing. */
export async function askAwsFor<T>(asked: Asked, ask: () => Promise<T>): Promise<T | undefined> {
  return await askAws(asked, async () => {
    try {
      return await ask();
    } catch (error) {
      if (/^(?:ResourceNotFound|NotFound)(?:Exception)?$/.test(nameOf(error))) return undefined;
      throw error;
    }
  });
}

async function refused({ client, action, about }: Asked, error: unknown): Promise<Error> {
  const name = nameOf(error);
  const region = await regionOf(client);
  if (region === undefined) return noRegion(error);
  const where = `${action} of ${about} in ${region}`;
  if (/^CredentialsProviderError$|^TokenProviderError$/.test(name)) return noCredentials(error);
  if (wrongCredentials.has(name)) return badCredentials(name, where, error);
  if (/^(?:AccessDenied|Forbidden|Unauthorized)(?:Exception|Operation)?$/.test(name))
    return accessDenied(action, where, error);
  if (isThrottling(error)) return throttled(where, error);
  if (unreachable.test(codeOf(error))) return noAnswer(region, where, error);
  return refusal(
    {
      code: 'AWS_FAILED',
      what: 'AWS did not do what it was asked',
      got: `${name} for ${where}`,
      expected: 'an answer',
      fix: `see what AWS says of it: ${oneSentence(error)}`,
    },
    error,
  );
}

const wrongCredentials = new Set([
  'ExpiredToken',
  'ExpiredTokenException',
  'IncompleteSignature',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'SignatureDoesNotMatch',
  'UnrecognizedClientException',
]);

const unreachable =
  /^(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|TimeoutError)$/;

const noRegion = (cause: unknown): Error =>
  refusal(
    {
      code: 'AWS_NO_REGION',
      what: 'no AWS region is known',
      got: 'neither AWS_REGION nor a region of the AWS profile',
      expected: 'the region that Baton was deployed to',
      fix: 'export AWS_REGION=<region>, or aws configure set region <region>',
    },
    cause,
  );

const noCredentials = (cause: unknown): Error =>
  refusal(
    {
      code: 'AWS_NO_CREDENTIALS',
      what: 'there are no AWS credentials',
      got: 'none in the environment, the AWS profile or this machine',
      expected: 'those of the account that Baton was deployed to',
      fix: 'aws sso login, or export AWS_PROFILE=<profile>; aws sts get-caller-identity shows who you are',
    },
    cause,
  );

const badCredentials = (name: string, where: string, cause: unknown): Error =>
  refusal(
    {
      code: 'AWS_BAD_CREDENTIALS',
      what: 'AWS does not take these credentials',
      got: `${name} for ${where}`,
      expected: 'credentials that are valid now, and in this region',
      fix: 'aws sso login again; where the region is an opt-in one, turn it on for the account',
    },
    cause,
  );

const accessDenied = (action: string, where: string, cause: unknown): Error =>
  refusal(
    {
      code: 'AWS_ACCESS_DENIED',
      what: 'AWS does not let you do this',
      got: `access denied for ${where}`,
      expected: `a role that allows ${action}`,
      fix: 'take another role (aws sts get-caller-identity shows this one), or have the action allowed: docs/how-to/deploy-to-aws.md lists what each command needs',
    },
    cause,
  );

const throttled = (where: string, cause: unknown): Error =>
  refusal(
    {
      code: 'AWS_THROTTLED',
      what: 'AWS answers no more calls for now',
      got: `throttled for ${where}, also when asked again`,
      expected: 'an answer',
      fix: 'try again in a minute; others of this account may be asking too',
    },
    cause,
  );

const noAnswer = (region: string, where: string, cause: unknown): Error =>
  refusal(
    {
      code: 'AWS_UNREACHABLE',
      what: 'AWS could not be reached',
      got: `${codeOf(cause)} for ${where}`,
      expected: 'an answer',
      fix: `see that ${region} is the name of a region, that this machine is online, and where AWS_ENDPOINT_URL leads if it is set`,
    },
    cause,
  );

async function regionOf({ config }: Regional): Promise<string | undefined> {
  try {
    return await config.region();
  } catch {
    return undefined;
  }
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'no error');

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : nameOf(error);

/** The names differ from service to service; the client marks them all. */
function isThrottling(error: unknown): boolean {
  if (/Throttl|TooManyRequests|RequestLimitExceeded|SlowDown/.test(nameOf(error))) return true;
  const hint = error instanceof Error && '$retryable' in error ? error.$retryable : undefined;
  return typeof hint === 'object' && hint !== null && 'throttling' in hint && hint.throttling === true;
}

/** What AWS wrote, on one line, without the point that the message itself ends with. */
const oneSentence = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error))
    .replace(/\s+/g, ' ')
    .slice(0, 300)
    .replace(/\.$/, '');
