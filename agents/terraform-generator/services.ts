/** The services of a design: functions on Lambda, containers on ECS, in private subnets only. */
import { type ApplicationDesign, type Service } from '../application-design.ts';
import { type Plan } from './contract.ts';
import { block, type Block, inline, object, quoted, resource } from './hcl.ts';

export const serviceAddress = ({ runtime, name }: Service): string =>
  `${runtime === 'function' ? 'aws_lambda_function' : 'aws_ecs_service'}.service["${name}"]`;

export function serviceBlocks(design: ApplicationDesign, plan: Plan): readonly Block[] {
  const functions = design.services.filter(({ runtime }) => runtime === 'function');
  const containers = design.services.filter(({ runtime }) => runtime === 'container');
  const settings = (services: readonly Service[]) =>
    object(services.map((service) => [`"${service.name}"`, settingsOf(service, plan)]));
  return [
    block(
      'locals',
      ['functions', settings(functions)],
      ['containers', settings(containers)],
      ['services', 'toset(concat(keys(local.functions), keys(local.containers)))'],
      ['environment', environment(design)],
    ),
    resource(
      'aws_cloudwatch_log_group',
      'service',
      ['for_each', 'local.services'],
      ['name', '"/${var.name}/${each.key}"'],
      ['retention_in_days', '30'],
    ),
    ...(functions.length > 0 ? [lambda] : []),
    ...(containers.length > 0 ? container : []),
  ];
}

function settingsOf({ name, runtime, responsibility }: Service, plan: Plan): string {
  const planned = plan.services.find((each) => each.name === name);
  const { memoryMb, timeoutSeconds, instances } = planned ?? {
    memoryMb: 512,
    timeoutSeconds: 30,
    instances: 2,
  };
  return inline(
    runtime === 'function'
      ? [
          ['memory', String(memoryMb)],
          ['timeout', String(timeoutSeconds)],
          ['most', String(instances)],
          ['does', quoted(responsibility.slice(0, 60))],
        ]
      : // Fargate takes 512 MB at least; half a CPU unit for each MB is among the pairs it allows.
        [
          ['memory', String(Math.max(512, memoryMb))],
          ['count', String(instances)],
        ],
  );
}

/** Where its stores and the brokers are; credentials never: IAM gives access. */
function environment({ stores, events }: ApplicationDesign): string {
  const variable = '"STORE_${upper(replace(store, "-", "_"))}" => local.stores[store].at';
  const found = `{ for store in concat(access.writes, access.reads) : ${variable} }`;
  const brokers = '{ KAFKA_BOOTSTRAP_SERVERS = aws_msk_cluster.main.bootstrap_brokers_sasl_iam }';
  const parts = [...(stores.length > 0 ? [found] : []), ...(events.length > 0 ? [brokers] : [])];
  return parts.length === 0
    ? '{ for name in local.services : name => {} }'
    : `{ for name, access in local.access : name => merge(\n${parts.map((part) => `  ${part},\n`).join('')}) }`;
}

const lambda = resource(
  'aws_lambda_function',
  'service',
  ['for_each', 'local.functions'],
  ['function_name', '"${var.name}-${each.key}"'],
  ['description', 'each.value.does'],
  ['role', 'aws_iam_role.service[each.key].arn'],
  ['package_type', '"Image"'],
  ['image_uri', 'var.images[each.key]'],
  ['memory_size', 'each.value.memory'],
  ['timeout', 'each.value.timeout'],
  ['reserved_concurrent_executions', 'each.value.most'],
  ['kms_key_arn', 'aws_kms_key.main.arn'],
  block('environment', ['variables', 'local.environment[each.key]']),
  block(
    'vpc_config',
    ['subnet_ids', 'var.private_subnet_ids'],
    ['security_group_ids', '[aws_security_group.services.id]'],
  ),
  block(
    'logging_config',
    ['log_format', '"JSON"'],
    ['log_group', 'aws_cloudwatch_log_group.service[each.key].name'],
  ),
);

const definition = object([
  ['name', 'each.key'],
  ['image', 'var.images[each.key]'],
  ['essential', 'true'],
  ['readonlyRootFilesystem', 'true'],
  ['portMappings', '[{ containerPort = 8080 }]'],
  ['environment', '[for name, value in local.environment[each.key] : { name = name, value = value }]'],
  [
    'logConfiguration',
    object([
      ['logDriver', '"awslogs"'],
      [
        'options',
        object([
          ['awslogs-group', 'aws_cloudwatch_log_group.service[each.key].name'],
          ['awslogs-region', 'var.region'],
          ['awslogs-stream-prefix', 'each.key'],
        ]),
      ],
    ]),
  ],
]);

const container = [
  resource('aws_ecs_cluster', 'main', ['name', 'var.name']),
  resource(
    'aws_ecs_task_definition',
    'service',
    ['for_each', 'local.containers'],
    ['family', '"${var.name}-${each.key}"'],
    ['requires_compatibilities', '["FARGATE"]'],
    ['network_mode', '"awsvpc"'],
    ['cpu', 'each.value.memory / 2'],
    ['memory', 'each.value.memory'],
    ['execution_role_arn', 'aws_iam_role.execution.arn'],
    ['task_role_arn', 'aws_iam_role.service[each.key].arn'],
    ['container_definitions', `jsonencode([${definition}])`],
  ),
  resource(
    'aws_ecs_service',
    'service',
    ['for_each', 'local.containers'],
    ['name', 'each.key'],
    ['cluster', 'aws_ecs_cluster.main.id'],
    ['task_definition', 'aws_ecs_task_definition.service[each.key].arn'],
    ['desired_count', 'each.value.count'],
    ['launch_type', '"FARGATE"'],
    block(
      'network_configuration',
      ['subnets', 'var.private_subnet_ids'],
      ['security_groups', '[aws_security_group.services.id]'],
      ['assign_public_ip', 'false'],
    ),
  ),
];
