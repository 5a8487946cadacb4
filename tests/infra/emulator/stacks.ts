/** Stacks in an emulator: what CloudFormation and what it reads from (buckets, parameters) are asked, and answer. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Emulator } from './moto.ts';
import { type Template } from './reduce-template.ts';

/** What `cdk bootstrap` and publishing leave: the version that templates look up, and each function's code. */
export async function prepare(
  emulator: Emulator,
  assembly: string,
  stacks: readonly string[],
): Promise<void> {
  await emulator.call('ssm', {
    headers: { 'x-amz-target': 'AmazonSSM.PutParameter', 'content-type': 'application/x-amz-json-1.1' },
    body: JSON.stringify({
      Name: '/cdk-bootstrap/hnb659fds/version',
      Value: '30',
      Type: 'String',
      Overwrite: true,
    }),
  });
  await emulator.call('s3', { method: 'PUT', path: `/${bucket}` });
  for (const key of new Set(stacks.flatMap((stack) => codeOf(assembly, stack))))
    await emulator.call('s3', { method: 'PUT', path: `/${bucket}/${key}`, body: 'code' });
}

const bucket = 'cdk-hnb659fds-assets-123456789012-us-east-1';

interface Assets {
  readonly files: Readonly<
    Record<
      string,
      {
        readonly source: { readonly packaging: string };
        readonly destinations: Readonly<Record<string, { readonly objectKey: string }>>;
      }
    >
  >;
}

function codeOf(assembly: string, stack: string): readonly string[] {
  const { files } = JSON.parse(readFileSync(join(assembly, `${stack}.assets.json`), 'utf8')) as Assets;
  return Object.values(files)
    .filter(({ source }) => source.packaging === 'zip')
    .flatMap(({ destinations }) => Object.values(destinations).map(({ objectKey }) => objectKey));
}

/** Resources that were made, by logical id: their types. */
export async function deploy(
  emulator: Emulator,
  stack: string,
  template: Template,
): Promise<Readonly<Record<string, string>>> {
  await cloudFormation(emulator, {
    Action: 'CreateStack',
    StackName: stack,
    TemplateBody: JSON.stringify(template),
    'Capabilities.member.1': 'CAPABILITY_NAMED_IAM',
  });
  return resourcesOf(emulator, stack);
}

export async function resourcesOf(
  emulator: Emulator,
  stack: string,
): Promise<Readonly<Record<string, string>>> {
  const answer = await cloudFormation(emulator, { Action: 'ListStackResources', StackName: stack });
  const made = [...answer.matchAll(/<member>(.*?)<\/member>/gs)].map(([, member = '']): [string, string] => {
    const value = (name: string): string => new RegExp(`<${name}>(.*?)</${name}>`).exec(member)?.[1] ?? '';
    return [
      value('LogicalResourceId'),
      value('ResourceStatus') === 'CREATE_COMPLETE' ? value('ResourceType') : '',
    ];
  });
  // What it does not know stands there without a name.
  return Object.fromEntries(made.filter(([id, type]) => id !== '' && type !== ''));
}

const cloudFormation = (emulator: Emulator, parameters: Readonly<Record<string, string>>): Promise<string> =>
  emulator.call('cloudformation', {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ Version: '2010-05-15', ...parameters }).toString(),
  });
