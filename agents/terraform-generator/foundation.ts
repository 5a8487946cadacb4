/** What everything else stands on: providers, names, the key, the network's rules, the variables and the outputs. */
import { type ApplicationDesign } from '../application-design.ts';
import { block, type Block, type Entry, object, quoted, resource } from './hcl.ts';
import { tagText } from './stores.ts';

export function mainBlocks(design: ApplicationDesign): readonly Block[] {
  const kafka = design.events.length > 0;
  const provider = (source: string, version: string) => `{ source = "${source}", version = "${version}" }`;
  const relational = design.stores.some(({ kind }) => kind === 'relational');
  return [
    block(
      'terraform',
      ['required_version', '">= 1.9"'],
      block(
        'required_providers',
        ['aws', provider('hashicorp/aws', '~> 6.0')],
        ...(kafka ? [['kafka', provider('Mongey/kafka', '~> 0.13')] as const] : []),
      ),
    ),
    block('provider "aws"', ['region', 'var.region'], block('default_tags', ['tags', 'local.tags'])),
    ...(relational ? [block('data "aws_caller_identity" "current"')] : []),
    block(
      'locals',
      ...(relational ? [['account', 'data.aws_caller_identity.current.account_id'] as const] : []),
      ['tags', tags(design)],
    ),
    resource(
      'aws_kms_key',
      'main',
      ['description', '"Encrypts what ${var.name} keeps"'],
      ['enable_key_rotation', 'true'],
      ['deletion_window_in_days', '30'],
    ),
    ...networkBlocks(design),
  ];
}

const tags = ({ summary, name }: ApplicationDesign): string =>
  object([
    ['application', `"${name}"`],
    ['environment', 'var.environment'],
    ['managed-by', '"terraform"'],
    ['purpose', quoted(tagText(summary))],
  ]);

function networkBlocks(design: ApplicationDesign): readonly Block[] {
  const ports = [
    ...(design.stores.some(({ kind }) => kind === 'relational') ? [5432] : []),
    ...(design.stores.some(({ kind }) => kind === 'search') ? [443] : []),
    ...(design.events.length > 0 ? [9098] : []),
  ];
  const inVpc: readonly Entry[] = [['vpc_id', 'var.vpc_id']];
  const containers = design.services.some(({ runtime }) => runtime === 'container');
  const services = resource(
    'aws_security_group',
    'services',
    ['name_prefix', '"${var.name}-services-"'],
    ...inVpc,
    ...(containers ? [rule('ingress', 8080, ['self', 'true'])] : []),
    block(
      'egress',
      ['from_port', '0'],
      ['to_port', '0'],
      ['protocol', '"-1"'],
      ['cidr_blocks', '["0.0.0.0/0"]'],
    ),
  );
  const data = resource(
    'aws_security_group',
    'data',
    ['name_prefix', '"${var.name}-data-"'],
    ...inVpc,
    // Event source mappings reach the brokers from within the brokers' own group.
    ...ports.map((port) =>
      rule(
        'ingress',
        port,
        ['security_groups', '[aws_security_group.services.id]'],
        ...(port === 9098 ? [['self', 'true'] as const] : []),
      ),
    ),
    ...(ports.includes(9098) ? [rule('egress', 9098, ['self', 'true'])] : []),
  );
  return ports.length === 0 ? [services] : [services, data];
}

const rule = (head: string, port: number, ...whom: readonly Entry[]): Block =>
  block(head, ['from_port', String(port)], ['to_port', String(port)], ['protocol', '"tcp"'], ...whom);

export function variableBlocks(design: ApplicationDesign): readonly Block[] {
  return [
    block(
      'variable "name"',
      ['description', '"Begins the name of every resource"'],
      ['type', 'string'],
      ['default', quoted(design.name.slice(0, 20).replace(/-$/, ''))],
      block(
        'validation',
        ['condition', 'can(regex("^[a-z](-?[a-z0-9]){0,19}$", var.name)) && length(var.name) <= 20'],
        ['error_message', '"name: at most 20 lower-case letters, digits, single dashes; a letter first."'],
      ),
    ),
    variable('environment', 'string', 'Such as dev, test or prod', '"dev"'),
    variable('region', 'string', 'AWS region', '"eu-central-1"'),
    variable('vpc_id', 'string', 'Network that everything runs in'),
    block(
      'variable "private_subnet_ids"',
      ['description', '"Three subnets in three zones, with a way to AWS APIs"'],
      ['type', 'list(string)'],
      block(
        'validation',
        ['condition', 'length(var.private_subnet_ids) == 3'],
        ['error_message', '"private_subnet_ids needs exactly three subnets."'],
      ),
    ),
    variable('images', 'map(string)', 'Container image of each service, by its name'),
    ...(design.events.length > 0
      ? [variable('topic_partitions', 'number', 'Partitions of each topic; can grow, never shrink', '6')]
      : []),
  ];
}

const variable = (name: string, type: string, description: string, byDefault?: string): Block =>
  block(
    `variable "${name}"`,
    ['description', quoted(description)],
    ['type', type],
    ...(byDefault === undefined ? [] : [['default', byDefault] as const]),
  );

export function outputBlocks(design: ApplicationDesign): readonly Block[] {
  const output = (name: string, description: string, value: string) =>
    block(`output "${name}"`, ['description', quoted(description)], ['value', value]);
  const stores = '{ for name, store in local.stores : name => store.at }';
  const hasApi = design.services.some(
    ({ runtime, endpoints }) => runtime === 'function' && endpoints.length > 0,
  );
  const brokers = 'aws_msk_cluster.main.bootstrap_brokers_sasl_iam';
  return [
    output(
      'services',
      'Role of each service',
      '{ for name, role in aws_iam_role.service : name => role.arn }',
    ),
    ...(design.stores.length > 0 ? [output('stores', 'Where each store is', stores)] : []),
    ...(hasApi
      ? [output('api_endpoint', 'Takes signed requests (IAM)', 'aws_apigatewayv2_api.main.api_endpoint')]
      : []),
    ...(design.events.length > 0 ? [output('bootstrap_brokers', 'Kafka, TLS and IAM', brokers)] : []),
  ];
}
