/**
 * What CloudFormation does when it deploys: values of templates that refer to other resources become those resources'
 * addresses. Resources themselves are given by who asks; what nobody gives is an error, never an empty text.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { type Assembly, type Resource } from './assembly.ts';

export const region = 'eu-west-1';
export const account = '123456789012';

/** An attribute of a resource, or what `Ref` gives (`undefined`); `undefined` where it is not known. */
export type Physical = (resource: Resource, attribute: string | undefined) => string | undefined;

export interface Resolver {
  /** A property of `resource`, with everything it refers to in it. */
  readonly value: (resource: Resource, value: unknown) => unknown;
  readonly text: (resource: Resource, value: unknown) => string;
  /** The resource that a `Ref` or `Fn::GetAtt` leads to. */
  readonly target: (resource: Resource, value: unknown) => Resource;
}

export function resolver(assembly: Assembly, physical: Physical): Resolver {
  const find = (stack: string, id: string): Resource => {
    const found = assembly.resources.find((one) => one.stack === stack && one.id === id);
    assert.ok(found, `${stack} refers to ${id}, which it does not have`);
    return found;
  };
  const attribute = (resource: Resource, name: string | undefined): string => {
    const found = physical(resource, name) ?? usual(resource, name);
    assert.ok(
      found !== undefined,
      `a template needs ${name ?? 'Ref'} of a resource that has none here. Got: ${resource.type} ${resource.id}. Expected: a local value. Fix: give one in tests/bundles/account.ts.`,
    );
    return found;
  };
  const resolve = (stack: string, value: unknown): unknown => {
    if (Array.isArray(value)) return value.map((one) => resolve(stack, one));
    if (typeof value !== 'object' || value === null) return value;
    const [name, argument] = Object.entries(value)[0] ?? [];
    if (Object.keys(value).length !== 1 || name === undefined || !intrinsic.test(name))
      return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, resolve(stack, one)]));
    switch (name) {
      case 'Ref':
        return pseudo[String(argument)] ?? attribute(find(stack, String(argument)), undefined);
      case 'Fn::GetAtt': {
        const [id = '', ...path] = argument as readonly string[];
        return attribute(find(stack, id), path.join('.'));
      }
      case 'Fn::ImportValue': {
        const found = assembly.exports.get(String(argument));
        assert.ok(found, `${stack} imports ${String(argument)}, which no stack exports`);
        return resolve(found.stack, found.value);
      }
      case 'Fn::Join': {
        const [separator, parts] = argument as readonly [string, readonly unknown[]];
        return parts.map((part) => String(resolve(stack, part))).join(separator);
      }
      case 'Fn::Sub':
        return String(argument).replaceAll(/\$\{([^}]+)\}/g, (whole, id: string) => pseudo[id] ?? whole);
      default:
        return assert.fail(
          `${stack} uses ${name}, which is not known here. Add it to tests/bundles/resolve.ts.`,
        );
    }
  };
  return {
    value: ({ stack }, value) => resolve(stack, value),
    text: ({ stack }, value) => String(resolve(stack, value)),
    target: ({ stack }, value) => {
      const { Ref, 'Fn::GetAtt': path } = value as { Ref?: string; 'Fn::GetAtt'?: readonly string[] };
      return find(stack, Ref ?? path?.[0] ?? '');
    },
  };
}

const intrinsic = /^(?:Ref|Fn::\w+)$/;

const pseudo: Readonly<Record<string, string>> = {
  'AWS::Region': region,
  'AWS::AccountId': account,
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
};

/** As AWS would name them. */
function usual({ type, id, properties }: Resource, attribute: string | undefined): string | undefined {
  const arn = (service: string, rest: string): string => `arn:aws:${service}:${region}:${account}:${rest}`;
  const unique = createHash('sha256').update(id).digest('hex');
  const name = typeof properties.FunctionName === 'string' ? properties.FunctionName : id;
  switch (`${type} ${attribute ?? 'Ref'}`) {
    case 'AWS::SecretsManager::Secret Ref':
    // Of the attachment AWS gives the secret's own, too; here each has its name.
    case 'AWS::SecretsManager::SecretTargetAttachment Ref':
      return arn('secretsmanager', `secret:${id}-${unique.slice(0, 6)}`);
    case 'AWS::MSK::Cluster Arn':
    case 'AWS::MSK::Cluster Ref':
      return arn('kafka', `cluster/${String(properties.ClusterName)}/${unique.slice(0, 32)}`);
    case 'AWS::Lambda::Function Ref':
      return name;
    case 'AWS::Lambda::Function Arn':
      return arn('lambda', `function:${name}`);
    case 'AWS::Lambda::Url FunctionUrl':
      return `https://${unique.slice(0, 32)}.lambda-url.${region}.on.aws/`;
    default:
      return undefined;
  }
}
