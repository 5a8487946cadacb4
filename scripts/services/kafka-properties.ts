/** What a Kafka node (KRaft) of ours is configured to, as the text of its `server.properties`. */

export interface KafkaNode {
  /** From 1, different in each node of a cluster. */
  readonly id: number;
  readonly roles: readonly ('broker' | 'controller')[];
  /** A folder for its log. */
  readonly data: string;
  /** Where clients connect, and by what protocol. Brokers among themselves take the first. */
  readonly clients: Readonly<Partial<Record<'PLAINTEXT' | 'SSL' | 'SASL_SSL', string>>>;
  /** `host:port` of the one controller. */
  readonly controller: string;
  /** Of every topic that does not say otherwise, Kafka's own included: no more than there are brokers. */
  readonly replicas: number;
  readonly more?: Readonly<Record<string, string | number | boolean>>;
}

export function kafkaProperties(node: KafkaNode): string {
  const { id, roles, data, controller, replicas } = node;
  const clients = Object.entries(node.clients).map(([protocol, address]) => `${protocol}://${address}`);
  const controllers = roles.includes('controller') ? [`CONTROLLER://${controller}`] : [];
  const [between = 'PLAINTEXT'] = Object.keys(node.clients);
  const properties = {
    'process.roles': roles.join(','),
    'node.id': id,
    'controller.quorum.bootstrap.servers': controller,
    listeners: [...clients, ...controllers].join(','),
    ...(clients.length > 0 && {
      'advertised.listeners': clients.join(','),
      'inter.broker.listener.name': between,
    }),
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_SSL:SASL_SSL,CONTROLLER:PLAINTEXT',
    'log.dirs': data,
    // Topics are made by `baton setup`: a first write to a misspelt one must fail, as in production.
    'auto.create.topics.enable': false,
    // Few brokers: Kafka's own topics cannot have the three replicas they ask for.
    'default.replication.factor': replicas,
    'offsets.topic.replication.factor': replicas,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': 1,
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': 1,
    // A first member need not wait for others.
    'group.initial.rebalance.delay.ms': 0,
    'offsets.topic.num.partitions': 8,
    ...node.more,
  };
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}
