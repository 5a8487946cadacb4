/** Domains about things and money: moved, sold, lent, measured. */
import { type Domain, emit, words } from './domain.ts';

export const thingDomains: readonly Domain[] = [
  {
    noun: 'parcel',
    cues: words('parcel package shipment courier freight cargo consignment'),
    does: 'Registers parcels with sender, receiver and contents.',
    kind: 'document',
    data: 'parcels, addresses, labels',
    emits: [
      emit(
        'registered',
        { weightGrams: 'integer', destination: 'string' },
        'Routing and tracking begin when a parcel is known.',
      ),
    ],
    reacts: ['delivery.completed'],
  },
  {
    noun: 'tracking',
    cues: words('location gps position whereabouts parcel package shipment courier fleet vehicle'),
    does: 'Turns scans and positions into where a thing is now and when it will arrive.',
    kind: 'key-value',
    data: 'latest position and estimated arrival for each tracked thing',
    emits: [
      emit(
        'updated',
        { latitude: 'number', longitude: 'number', status: 'string', etaAt: 'timestamp' },
        'Whoever waits wants to see movement at once.',
      ),
    ],
    reacts: ['parcel.registered', 'delivery.started', 'trip.requested', 'telemetry.recorded'],
  },
  {
    noun: 'delivery',
    cues: words(
      'parcel delivery deliver delivering courier driver dispatch logistic fleet route shipping ship',
    ),
    does: 'Plans routes, assigns drivers and records each hand-over.',
    kind: 'relational',
    data: 'routes, drivers, stops, proofs of delivery',
    emits: [
      emit('started', { driverId: 'string', etaAt: 'timestamp' }, 'A promise of arrival can be given.'),
      emit('completed', { receivedBy: 'string' }, 'The receiver is told, and the sender is billed.'),
    ],
    reacts: ['parcel.registered', 'order.placed', 'payment.captured'],
  },
  {
    noun: 'catalogue',
    cues: words(
      'shop ecommerce catalogue catalog product merchandise retail webshop marketplace sell selling seller menu',
    ),
    does: 'Keeps what can be bought: descriptions, prices, pictures.',
    kind: 'document',
    data: 'items with price, description and pictures',
    emits: [
      emit(
        'changed',
        { price: 'number', available: 'boolean' },
        'Prices and availability are copied elsewhere and must follow.',
      ),
    ],
    reacts: ['stock.changed', 'review.posted'],
  },
  {
    noun: 'order',
    cues: words(
      'shop order ordering checkout cart basket ecommerce buy buyer purchase webshop marketplace restaurant takeaway',
    ),
    does: 'Takes orders from basket to fulfilment.',
    kind: 'relational',
    data: 'orders, order lines, prices at the time of purchase',
    emits: [
      emit(
        'placed',
        { customerId: 'string', total: 'number', currency: 'string' },
        'Payment, stock and delivery begin here, each on its own.',
      ),
      emit('cancelled', { reason: 'string' }, 'Whatever was begun for the order has to be undone.'),
    ],
    reacts: ['payment.captured', 'payment.failed', 'delivery.completed'],
  },
  {
    noun: 'payment',
    cues: words(
      'shop payment pay paying paid invoice billing bill subscription checkout ecommerce card refund donation donate webshop',
    ),
    does: 'Charges, refunds and reconciles with the payment provider.',
    kind: 'relational',
    data: 'payments, refunds, provider references; no card numbers',
    emits: [
      emit(
        'captured',
        { amount: 'number', currency: 'string', reference: 'string' },
        'Work that waits for money may go on.',
      ),
      emit(
        'failed',
        { reason: 'string', reference: 'string' },
        'The buyer is asked again, or what was reserved is released.',
      ),
    ],
    reacts: ['order.placed', 'order.cancelled', 'booking.confirmed', 'auction.closed', 'trip.completed'],
  },
  {
    noun: 'stock',
    cues: words('stock inventory warehouse supply replenish shelf sku spare'),
    does: 'Counts what is there, reserves it, and asks for more in time.',
    kind: 'relational',
    data: 'stock levels, reservations, movements',
    emits: [
      emit(
        'changed',
        { quantity: 'integer', warehouse: 'string' },
        'What is sold out must disappear from sale at once.',
      ),
    ],
    reacts: ['order.placed', 'order.cancelled'],
  },
  {
    noun: 'booking',
    cues: words(
      'book booking reserve reservation appointment schedule scheduling calendar slot hotel rental rent seat flight travel concert cinema theatre',
    ),
    does: 'Offers free slots and makes sure that none is given twice.',
    kind: 'relational',
    data: 'slots, bookings, cancellations',
    emits: [
      emit(
        'confirmed',
        { customerId: 'string', startsAt: 'timestamp' },
        'The other side prepares, the customer gets a confirmation.',
      ),
      emit('cancelled', { reason: 'string' }, 'The slot is free again for somebody who waits.'),
    ],
    reacts: ['payment.failed'],
  },
  {
    noun: 'trip',
    cues: words('ride taxi trip carpool carpooling passenger scooter bike commute'),
    does: 'Matches riders with vehicles and follows each trip to its end.',
    kind: 'document',
    data: 'trips, riders, vehicles, fares',
    emits: [
      emit(
        'requested',
        { riderId: 'string', from: 'string', to: 'string' },
        'A vehicle near by has to be found within seconds.',
      ),
      emit(
        'completed',
        { fare: 'number', distanceMetres: 'integer' },
        'The fare is charged and the trip can be rated.',
      ),
    ],
    reacts: ['tracking.updated', 'payment.failed'],
  },
  {
    noun: 'telemetry',
    key: 'deviceId',
    cues: words(
      'sensor iot telemetry device thermostat meter measurement temperature humidity machine factory energy greenhouse weather monitor monitoring',
    ),
    does: 'Takes in readings from devices, checks them and keeps the series.',
    kind: 'key-value',
    data: 'readings by device and time, expiring',
    emits: [
      emit(
        'recorded',
        { deviceId: 'string', metric: 'string', value: 'number' },
        'Rules and views work on readings as they come.',
      ),
    ],
    reacts: [],
  },
  {
    noun: 'alarm',
    cues: words(
      'sensor alarm alert threshold anomaly incident outage monitor monitoring emergency fraud leak',
    ),
    does: 'Watches for what is out of bounds and opens alarms, each once.',
    kind: 'document',
    data: 'rules, open alarms, who has taken them',
    emits: [
      emit(
        'raised',
        { severity: 'string', reason: 'string' },
        'People must hear of it in seconds, wherever they are.',
      ),
    ],
    reacts: ['telemetry.recorded', 'payment.failed', 'transfer.booked'],
  },
  {
    noun: 'transfer',
    cues: words(
      'bank banking money transfer wallet finance budget expense loan savings crypto trading trade stockmarket invest investment',
    ),
    does: 'Books money from one account to another, never twice, never half.',
    kind: 'relational',
    data: 'accounts, double-entry bookings, limits',
    emits: [
      emit(
        'booked',
        { fromAccount: 'string', toAccount: 'string', amount: 'number' },
        'Balances, limits and fraud checks follow each booking.',
      ),
    ],
    reacts: ['payment.captured'],
  },
  {
    noun: 'auction',
    cues: words('auction bid bidding bidder'),
    does: 'Takes bids in order and closes each auction on time.',
    kind: 'key-value',
    data: 'auctions, bids in order',
    emits: [
      emit(
        'raised',
        { bidderId: 'string', amount: 'number' },
        'Everybody who bids must see the highest bid at once.',
      ),
      emit('closed', { winnerId: 'string', amount: 'number' }, 'The winner pays, the others are told.'),
    ],
    reacts: ['payment.failed'],
  },
  {
    noun: 'listing',
    cues: words(
      'listing property house apartment flat estate job vacancy advert classified candidate recruit recruiting hire',
    ),
    does: 'Keeps what is on offer, with its conditions and its end.',
    kind: 'document',
    data: 'listings, conditions, expiry',
    emits: [
      emit(
        'published',
        { title: 'string', region: 'string' },
        'People with a matching wish are told, search is brought up to date.',
      ),
    ],
    reacts: ['media.processed', 'booking.confirmed'],
  },
  {
    noun: 'recipe',
    cues: words('recipe meal cook cooking kitchen ingredient food'),
    does: 'Keeps recipes with ingredients and turns plans into shopping lists.',
    kind: 'document',
    data: 'recipes, ingredients, meal plans',
    emits: [
      emit(
        'planned',
        { plannedFor: 'timestamp', servings: 'integer' },
        'Ingredients are checked against what is there.',
      ),
    ],
    reacts: ['stock.changed'],
  },
];
