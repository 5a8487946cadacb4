/** Kafka for a design with events: an encrypted MSK cluster with IAM, a topic for each event, and who listens. */
import { type ApplicationDesign, type DesignEvent } from '../application-design.ts';
import { type Plan } from './contract.ts';
import { block, type Block, quoted, resource, strings } from './hcl.ts';

export const eventAddress = ({ name }: DesignEvent): string => `kafka_topic.event["${name}"]`;

export function messagingBlocks(design: ApplicationDesign, plan: Plan): readonly Block[] {
  if (design.events.length === 0) return [];
  return [
    names(design),
    cluster(plan),
    block(
      'provider "kafka"',
      ['bootstrap_servers', 'split(",", aws_msk_cluster.main.bootstrap_brokers_sasl_iam)'],
      ['tls_enabled', 'true'],
      ['sasl_mechanism', '"aws-iam"'],
      ['sasl_aws_region', 'var.region'],
    ),
    topics,
    // Without a function there is nothing that a mapping could call.
    ...(design.services.some(({ runtime }) => runtime === 'function') ? [subscription] : []),
  ];
}

const names = (design: ApplicationDesign): Block =>
  block(
    'locals',
    ['topics', `toset(${strings(design.events.map(({ name }) => name))})`],
    ['topic_arn', 'replace(aws_msk_cluster.main.arn, ":cluster/", ":topic/")'],
    ['group_arn', 'replace(aws_msk_cluster.main.arn, ":cluster/", ":group/")'],
    [
      'subscribers',
      'toset([for name in keys(local.functions) : name if length(local.access[name].consumes) > 0])',
    ],
    [
      'subscriptions',
      `merge([for name in local.subscribers : {
  for topic in local.access[name].consumes : "\${name}/\${topic}" => { service = name, topic = topic }
}]...)`,
    ],
  );

// The defaults of MSK in three zones are right: no topic by a first write, three replicas, two in sync.
const cluster = (plan: Plan): Block =>
  resource(
    'aws_msk_cluster',
    'main',
    ['cluster_name', 'var.name'],
    ['kafka_version', '"3.9.x"'],
    ['number_of_broker_nodes', 'length(var.private_subnet_ids)'],
    block(
      'broker_node_group_info',
      ['instance_type', quoted(plan.brokers)],
      ['client_subnets', 'var.private_subnet_ids'],
      ['security_groups', '[aws_security_group.data.id]'],
      block('storage_info', block('ebs_storage_info', ['volume_size', '100'])),
    ),
    block('client_authentication', block('sasl', ['iam', 'true'])),
    block(
      'encryption_info',
      ['encryption_at_rest_kms_key_arn', 'aws_kms_key.main.arn'],
      block('encryption_in_transit', ['client_broker', '"TLS"'], ['in_cluster', 'true']),
    ),
  );

const topics = resource(
  'kafka_topic',
  'event',
  ['for_each', 'local.topics'],
  ['name', 'each.key'],
  ['partitions', 'var.topic_partitions'],
  ['replication_factor', '3'],
  ['config', '{ "min.insync.replicas" = "2", "retention.ms" = "604800000" }'],
);

const subscription = resource(
  'aws_lambda_event_source_mapping',
  'subscription',
  ['for_each', 'local.subscriptions'],
  ['event_source_arn', 'aws_msk_cluster.main.arn'],
  ['function_name', 'aws_lambda_function.service[each.value.service].arn'],
  ['topics', '[kafka_topic.event[each.value.topic].name]'],
  ['starting_position', '"TRIM_HORIZON"'],
  // As `consumerGroupOf` has it.
  block('amazon_managed_kafka_event_source_config', [
    'consumer_group_id',
    '"${each.value.service}.${each.value.topic}"',
  ]),
);
