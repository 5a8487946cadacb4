/** The stores of a design as AWS resources: encrypted, backed up, and reachable from the services alone. */
import { type ApplicationDesign, type Store } from '../application-design.ts';
import { type Plan } from './contract.ts';
import { block, type Block, inline, object, quoted, resource, strings } from './hcl.ts';

type Size = Plan['stores'][number];

const databaseClass = { small: 'db.t4g.small', medium: 'db.r8g.large', large: 'db.r8g.2xlarge' } as const;
const searchClass = {
  small: 't3.small.search',
  medium: 'r7g.large.search',
  large: 'r7g.2xlarge.search',
} as const;
const gigabytes = { small: '20', medium: '100', large: '500' } as const;

type Family = 'table' | 'database' | 'bucket' | 'search';
const families: readonly Family[] = ['table', 'database', 'bucket', 'search'];

/** `locator`: the attribute by which a service finds the store. `arn`: what a policy names. */
const facts = {
  table: {
    type: 'aws_dynamodb_table',
    locator: 'name',
    arn: 'store.arn',
    read: ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'],
    write: ['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem', 'dynamodb:BatchWriteItem'],
  },
  database: {
    type: 'aws_db_instance',
    locator: 'endpoint',
    // One database user for each service: the service's name is added by the policy, its grants are the database's.
    arn: '"arn:aws:rds-db:${var.region}:${local.account}:dbuser:${store.resource_id}/"',
    read: ['rds-db:connect'],
    write: ['rds-db:connect'],
  },
  bucket: {
    type: 'aws_s3_bucket',
    locator: 'bucket',
    arn: '"${store.arn}/*"',
    read: ['s3:GetObject'],
    write: ['s3:PutObject', 's3:DeleteObject'],
  },
  search: {
    type: 'aws_opensearch_domain',
    locator: 'endpoint',
    arn: '"${store.arn}/*"',
    read: ['es:ESHttpGet', 'es:ESHttpHead'],
    write: ['es:ESHttpPost', 'es:ESHttpPut', 'es:ESHttpDelete'],
  },
} as const;

export function familyOf({ kind }: Store): Family {
  switch (kind) {
    case 'document':
    case 'key-value':
      return 'table';
    case 'relational':
      return 'database';
    case 'object':
      return 'bucket';
    case 'search':
      return 'search';
  }
}

export const storeAddress = (store: Store): string => `${facts[familyOf(store)].type}.store["${store.name}"]`;

export function storeBlocks(design: ApplicationDesign, plan: Plan): readonly Block[] {
  return families.flatMap((family) => {
    const stores = design.stores.filter((store) => familyOf(store) === family);
    if (stores.length === 0) return [];
    const members = stores.map((store, index) => {
      const found = plan.stores.find(({ name }) => name === store.name);
      const size = found ?? { name: store.name, size: 'small', backupDays: 7, reason: '' };
      return [
        `"${store.name}"`,
        inline([...settings[family](store, size, index), ['data', quoted(tagText(store.data))]]),
      ] as const;
    });
    return [block('locals', [plurals[family], object(members)]), ...blocks[family]];
  });
}

/** `local.stores`: of each store, where it is and what a policy needs. */
export function storeAccess(design: ApplicationDesign): readonly (readonly [string, string])[] {
  const present = families.filter((family) => design.stores.some((store) => familyOf(store) === family));
  if (present.length === 0) return [];
  const maps = present.map((family) => {
    const { type, locator, arn, read, write } = facts[family];
    const members = inline([
      ['at', `store.${locator}`],
      ['arn', arn],
      ['read', strings(read)],
      ['write', strings(write)],
    ]);
    return `{ for name, store in ${type}.store : name => ${members} }`;
  });
  return [['stores', `merge(\n${maps.map((map) => `  ${map.replaceAll('\n', '\n  ')},\n`).join('')})`]];
}

type Members = readonly (readonly [string, string])[];
const plurals = { table: 'tables', database: 'databases', bucket: 'buckets', search: 'indexes' } as const;

const settings: Readonly<Record<Family, (store: Store, size: Size, index: number) => Members>> = {
  table: ({ kind }, { backupDays }) => [
    ['expires', String(kind === 'key-value')],
    ['backup_days', String(backupDays)],
  ],
  database: (_, { size, backupDays }) => [
    ['class', `"${databaseClass[size]}"`],
    ['gigabytes', gigabytes[size]],
    ['backup_days', String(backupDays)],
  ],
  bucket: () => [],
  // Domain names end at 28 characters: a number stands for the store's name, its tag has it in full.
  search: (_, { size }, index) => [
    ['number', String(index + 1)],
    ['class', `"${searchClass[size]}"`],
    ['gigabytes', gigabytes[size]],
  ],
};

const each = (plural: string) => ['for_each', `local.${plural}`] as const;
const tags = ['tags', '{ store = each.key, data = each.value.data }'] as const;
const key = ['kms_key_id', 'aws_kms_key.main.arn'] as const;

const forBucket = (type: string, ...body: Parameters<typeof block>[1][]): Block =>
  resource(type, 'store', ['for_each', 'aws_s3_bucket.store'], ['bucket', 'each.value.id'], ...body);

const blocks: Readonly<Record<Family, readonly Block[]>> = {
  table: [
    resource(
      'aws_dynamodb_table',
      'store',
      each('tables'),
      ['name', '"${var.name}-${each.key}"'],
      ['billing_mode', '"PAY_PER_REQUEST"'],
      ['hash_key', '"pk"'],
      ['range_key', '"sk"'],
      ['deletion_protection_enabled', 'true'],
      tags,
      block('attribute', ['name', '"pk"'], ['type', '"S"']),
      block('attribute', ['name', '"sk"'], ['type', '"S"']),
      block(
        'ttl',
        ['enabled', 'each.value.expires'],
        ['attribute_name', 'each.value.expires ? "expiresAt" : ""'],
      ),
      block('server_side_encryption', ['enabled', 'true'], ['kms_key_arn', 'aws_kms_key.main.arn']),
      block(
        'point_in_time_recovery',
        ['enabled', 'true'],
        ['recovery_period_in_days', 'each.value.backup_days'],
      ),
    ),
  ],
  database: [
    resource(
      'aws_db_subnet_group',
      'main',
      ['name_prefix', '"${var.name}-"'],
      ['subnet_ids', 'var.private_subnet_ids'],
    ),
    resource(
      'aws_db_instance',
      'store',
      each('databases'),
      ['identifier', '"${var.name}-${each.key}"'],
      ['engine', '"postgres"'],
      ['engine_version', '"17"'],
      ['instance_class', 'each.value.class'],
      ['allocated_storage', 'each.value.gigabytes'],
      ['db_name', 'replace(each.key, "-", "_")'],
      ['username', '"dbadmin"'],
      ['manage_master_user_password', 'true'],
      ['iam_database_authentication_enabled', 'true'],
      ['storage_encrypted', 'true'],
      key,
      ['publicly_accessible', 'false'],
      ['multi_az', 'var.environment == "prod"'],
      ['backup_retention_period', 'each.value.backup_days'],
      ['deletion_protection', 'true'],
      ['final_snapshot_identifier', '"${var.name}-${each.key}-final"'],
      ['db_subnet_group_name', 'aws_db_subnet_group.main.name'],
      ['vpc_security_group_ids', '[aws_security_group.data.id]'],
      tags,
    ),
  ],
  bucket: [
    resource(
      'aws_s3_bucket',
      'store',
      each('buckets'),
      ['bucket_prefix', '"${substr("${var.name}-${each.key}", 0, 36)}-"'],
      tags,
    ),
    forBucket(
      'aws_s3_bucket_public_access_block',
      ['block_public_acls', 'true'],
      ['block_public_policy', 'true'],
      ['ignore_public_acls', 'true'],
      ['restrict_public_buckets', 'true'],
    ),
    forBucket(
      'aws_s3_bucket_server_side_encryption_configuration',
      block(
        'rule',
        ['bucket_key_enabled', 'true'],
        block(
          'apply_server_side_encryption_by_default',
          ['sse_algorithm', '"aws:kms"'],
          ['kms_master_key_id', 'aws_kms_key.main.arn'],
        ),
      ),
    ),
    forBucket('aws_s3_bucket_versioning', block('versioning_configuration', ['status', '"Enabled"'])),
  ],
  search: [
    resource(
      'aws_opensearch_domain',
      'store',
      each('indexes'),
      ['domain_name', '"${substr(var.name, 0, 14)}-search-${each.value.number}"'],
      ['engine_version', '"OpenSearch_2.19"'],
      tags,
      block(
        'cluster_config',
        ['instance_type', 'each.value.class'],
        ['instance_count', '2'],
        ['zone_awareness_enabled', 'true'],
      ),
      block('ebs_options', ['ebs_enabled', 'true'], ['volume_size', 'each.value.gigabytes']),
      block('encrypt_at_rest', ['enabled', 'true'], key),
      block('node_to_node_encryption', ['enabled', 'true']),
      block(
        'domain_endpoint_options',
        ['enforce_https', 'true'],
        ['tls_security_policy', '"Policy-Min-TLS-1-2-PFS-2023-10"'],
      ),
      block(
        'vpc_options',
        ['subnet_ids', 'slice(var.private_subnet_ids, 0, 2)'],
        ['security_group_ids', '[aws_security_group.data.id]'],
      ),
    ),
  ],
};

/** Tag values: 256 characters of a small alphabet. */
export const tagText = (text: string): string =>
  text
    .replace(/[^A-Za-z0-9.:/=+@_-]+/g, ' ')
    .trim()
    .slice(0, 60)
    .trim();
