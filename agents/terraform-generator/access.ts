/**
 * Who may do what: one role for each service, with what follows from the design and nothing else.
 * AC1. A store's owner writes it, those who use it read it.   AC2. A topic is written by its producer, read by its consumers.
 */
import { type ApplicationDesign, type Service, storesOf } from '../application-design.ts';
import { block, type Block, inline, object, resource, strings } from './hcl.ts';
import { storeAccess } from './stores.ts';

export function accessBlocks(design: ApplicationDesign): readonly Block[] {
  const access = design.services.map((service) => [`"${service.name}"`, accessOf(design, service)] as const);
  return [
    block('locals', ['access', object(access)], ...storeAccess(design)),
    resource(
      'aws_iam_role',
      'service',
      ['for_each', 'local.services'],
      ['name', '"${var.name}-${each.key}"'],
      [
        'assume_role_policy',
        trust(
          'contains(keys(local.functions), each.key) ? "lambda.amazonaws.com" : "ecs-tasks.amazonaws.com"',
        ),
      ],
    ),
    resource(
      'aws_iam_role_policy',
      'service',
      ['for_each', 'local.access'],
      ['name', '"design"'],
      ['role', 'aws_iam_role.service[each.key].id'],
      ['policy', policy(design)],
    ),
    attachment('network', 'local.functions', 'AWSLambdaVPCAccessExecutionRole'),
    ...(design.events.length > 0
      ? [attachment('subscriber', 'local.subscribers', 'AWSLambdaMSKExecutionRole')]
      : []),
    ...(design.services.some(({ runtime }) => runtime === 'container') ? executionRole : []),
  ];
}

function accessOf(design: ApplicationDesign, service: Service): string {
  const { name } = service;
  const stores = storesOf(design, service);
  const namesIn = (all: readonly { readonly name: string }[]) => strings(all.map((each) => each.name));
  return object([
    ['writes', namesIn(stores.filter(({ owner }) => owner === name))],
    ['reads', namesIn(stores.filter(({ owner }) => owner !== name))],
    ['produces', namesIn(design.events.filter(({ producer }) => producer === name))],
    ['consumes', namesIn(design.events.filter(({ consumers }) => consumers.includes(name)))],
  ]);
}

function policy(design: ApplicationDesign): string {
  const statements = [
    ...(design.stores.length > 0 ? storeStatements(design) : []),
    `[${allow('["kms:Decrypt", "kms:GenerateDataKey"]', '[aws_kms_key.main.arn]')}]`,
    ...(design.events.length > 0 ? topicStatements : []),
  ];
  const list = statements.map((each) => `    ${each.replaceAll('\n', '\n    ')},\n`).join('');
  return `jsonencode({
  Version = "2012-10-17"
  Statement = [for statement in concat(
${list}  ) : merge({ Effect = "Allow" }, statement) if length(statement.Resource) > 0]
})`;
}

const allow = (action: string, resources: string): string =>
  inline([
    ['Action', action],
    ['Resource', resources],
  ]);

function storeStatements({ stores }: ApplicationDesign): readonly string[] {
  // Databases tell services apart by their user, which is the last part of the name of the resource.
  const user = '${contains(keys(local.databases), name) ? each.key : ""}';
  const arn = stores.some(({ kind }) => kind === 'relational')
    ? `["\${local.stores[name].arn}${user}"]`
    : '[local.stores[name].arn]';
  const owned = 'distinct(concat(local.stores[name].read, local.stores[name].write))';
  return [
    `[for name in each.value.writes : ${allow(owned, arn)}]`,
    `[for name in each.value.reads : ${allow('local.stores[name].read', arn)}]`,
  ];
}

const arns = (list: string): string => `[for topic in each.value.${list} : "\${local.topic_arn}/\${topic}"]`;
const ifAny = (lists: string, resources: string): string => `length(${lists}) > 0 ? [${resources}] : []`;
const both = 'concat(each.value.produces, each.value.consumes)';
// As `consumerGroupOf` has it.
const groups =
  '[for topic in each.value.consumes : contains(keys(local.functions), each.key) ? "${local.group_arn}/${each.key}.${topic}" : "${local.group_arn}/${each.key}"]';
const kafka = (...verbs: readonly string[]): string => strings(verbs.map((verb) => `kafka-cluster:${verb}`));

const topicStatements = [
  allow(
    kafka('Connect', 'DescribeCluster', 'WriteDataIdempotently'),
    ifAny(both, 'aws_msk_cluster.main.arn'),
  ),
  // Asked by event source mappings beside what any consumer needs.
  allow(
    kafka('DescribeClusterDynamicConfiguration'),
    ifAny('each.value.consumes', 'aws_msk_cluster.main.arn'),
  ),
  allow(kafka('DescribeTopic', 'WriteData'), arns('produces')),
  allow(kafka('DescribeTopic', 'ReadData'), arns('consumes')),
  allow(kafka('DescribeGroup', 'AlterGroup'), groups),
].map((statement) => `[${statement}]`);

const trust = (service: string): string => `jsonencode({
  Version   = "2012-10-17"
  Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = ${service} } }]
})`;

const attachment = (name: string, forEach: string, policyName: string): Block =>
  resource(
    'aws_iam_role_policy_attachment',
    name,
    ['for_each', forEach],
    ['role', 'aws_iam_role.service[each.key].name'],
    ['policy_arn', `"arn:aws:iam::aws:policy/service-role/${policyName}"`],
  );

const executionRole = [
  resource(
    'aws_iam_role',
    'execution',
    // An underscore is in no slug: a service may be called `execution`.
    ['name', '"${var.name}_execution"'],
    ['assume_role_policy', trust('"ecs-tasks.amazonaws.com"')],
  ),
  resource(
    'aws_iam_role_policy_attachment',
    'execution',
    ['role', 'aws_iam_role.execution.name'],
    ['policy_arn', '"arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"'],
  ),
];
