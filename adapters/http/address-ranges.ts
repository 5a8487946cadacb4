/**
 * Addresses that no HTTP agent may be at, by range: everything that is not a public unicast address.
 * AR1. IPv6 is allowed by exception: what is outside 2000::/3 is refused, known or not.
 * AR2. Addresses that carry an IPv4 address inside (mapped, NAT64, 6to4, Teredo) are refused whole: they are a second
 *      spelling of an address that has its own.
 * Source: IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890), and the metadata addresses of cloud providers.
 */
import { BlockList, isIP } from 'node:net';

type Range = readonly [network: string, prefix: number, name: string];

// More specific ranges first: the first that fits gives its name.
const ipv4Ranges: readonly Range[] = [
  ['169.254.169.254', 32, 'cloud metadata'],
  ['169.254.170.2', 32, 'cloud metadata'],
  ['100.100.100.200', 32, 'cloud metadata'],
  ['168.63.129.16', 32, 'cloud metadata'],
  ['0.0.0.0', 8, 'this network'],
  ['10.0.0.0', 8, 'private'],
  ['100.64.0.0', 10, 'carrier-grade NAT'],
  ['127.0.0.0', 8, 'loopback'],
  ['169.254.0.0', 16, 'link-local'],
  ['172.16.0.0', 12, 'private'],
  ['192.0.0.0', 24, 'protocol assignments'],
  ['192.0.2.0', 24, 'documentation'],
  ['192.31.196.0', 24, 'AS112'],
  ['192.52.193.0', 24, 'multicast tunnels'],
  ['192.88.99.0', 24, '6to4 relay'],
  ['192.168.0.0', 16, 'private'],
  ['192.175.48.0', 24, 'AS112'],
  ['198.18.0.0', 15, 'benchmarking'],
  ['198.51.100.0', 24, 'documentation'],
  ['203.0.113.0', 24, 'documentation'],
  ['224.0.0.0', 4, 'multicast'],
  ['255.255.255.255', 32, 'broadcast'],
  ['240.0.0.0', 4, 'reserved'],
];

const ipv6Ranges: readonly Range[] = [
  ['fd00:ec2::254', 128, 'cloud metadata'],
  ['fd20:ce::254', 128, 'cloud metadata'],
  ['::1', 128, 'loopback'],
  ['::', 128, 'unspecified'],
  ['::ffff:0:0', 96, 'IPv4-mapped'],
  ['::', 96, 'IPv4-compatible'],
  ['64:ff9b::', 96, 'NAT64'],
  ['64:ff9b:1::', 48, 'NAT64'],
  ['100::', 64, 'discard'],
  ['2001::', 32, 'Teredo'],
  ['2001::', 23, 'protocol assignments'],
  ['2001:db8::', 32, 'documentation'],
  ['2002::', 16, '6to4'],
  ['3fff::', 20, 'documentation'],
  ['5f00::', 16, 'segment routing'],
  ['fc00::', 7, 'private'],
  ['fe80::', 10, 'link-local'],
  ['fec0::', 10, 'site-local'],
  ['ff00::', 8, 'multicast'],
];

const blockList = (ranges: readonly Range[], family: 'ipv4' | 'ipv6'): BlockList => {
  const list = new BlockList();
  for (const [network, prefix] of ranges) list.addSubnet(network, prefix, family);
  return list;
};

const named = (ranges: readonly Range[], family: 'ipv4' | 'ipv6') =>
  ranges.map((range) => ({ name: range[2], list: blockList([range], family) }));

const ipv4 = named(ipv4Ranges, 'ipv4');
const ipv6 = named(ipv6Ranges, 'ipv6');
const globalUnicast = blockList([['2000::', 3, 'global unicast']], 'ipv6');

/** The name of the forbidden range an address is in; nothing for a public address. What is no address is forbidden. */
export function forbiddenRange(address: string): string | undefined {
  // A zone (`fe80::1%eth0`) only occurs in link-local addresses, and is no part of the address.
  const bare = address.split('%')[0] ?? '';
  switch (isIP(bare)) {
    case 4:
      return ipv4.find(({ list }) => list.check(bare, 'ipv4'))?.name;
    case 6:
      return (
        ipv6.find(({ list }) => list.check(bare, 'ipv6'))?.name ??
        (globalUnicast.check(bare, 'ipv6') ? undefined : 'not global unicast')
      );
    default:
      return 'not an address';
  }
}

export const isLoopback = (address: string): boolean => forbiddenRange(address) === 'loopback';
