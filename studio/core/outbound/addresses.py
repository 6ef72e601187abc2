"""Which addresses the studio calls: their form, what their names lead to, and what those are."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Collection
from dataclasses import dataclass

import httpx

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

DEFAULT_PORTS = {"http": 80, "https": 443}
CONNECT_SECONDS = 10.0
#: Ports above 1023 that speak something else: an HTTP request may do harm there.
OTHER_PROTOCOLS = frozenset(
    {
        *(1433, 1521, 1723, 2049, 2375, 2376, 2379, 2380, 3306, 3389, 3659, 4045, 4222, 5060),
        *(5061, 5432, 5672, 5900, 6000, 6379, 6380, 6566, 9042, 10250, 11211, 26257, 27017, 27018),
    }
)


def _networks(*texts: str) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    return tuple(ipaddress.ip_network(text) for text in texts)


#: Never called, not even on machines that an Admin registered.
NEVER = _networks(
    "0.0.0.0/8",  # this host
    "169.254.0.0/16",  # link-local, where clouds keep credentials
    "100.100.100.200/32",  # the same of Alibaba
    "168.63.129.16/32",  # the same of Azure
    "192.0.0.0/24",  # protocol assignments; Oracle's metadata
    "224.0.0.0/4",  # multicast
    "240.0.0.0/4",  # reserved, broadcast
    "::/128",
    "fe80::/10",  # link-local
    "fec0::/10",  # site-local, as it was
    "ff00::/8",  # multicast
    "fd00:ec2::/32",  # Amazon's metadata
    "64:ff9b:1::/48",  # local translation to IPv4: carries what nobody can tell
    "2001::/32",  # Teredo: tunnels to IPv4
    "100::/64",  # discarded
    "2001:db8::/32",  # documentation
)
#: Private networks, the machine itself, and the shared space of providers and overlay networks.
PRIVATE = _networks(
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "127.0.0.0/8",
    "100.64.0.0/10",
    "::1/128",
    "fc00::/7",
)
GLOBAL_V6 = ipaddress.ip_network("2000::/3")
NAT64 = ipaddress.ip_network("64:ff9b::/96")
COMPATIBLE_V4 = ipaddress.ip_network("::/96")


class UnsafeAddress(ValueError):
    """An address that the studio does not call; the text says why and may be shown."""


class UnknownName(UnsafeAddress):
    """A name that nobody knows, at least not now."""


@dataclass(frozen=True)
class Policy:
    """Which addresses may be called. A host is `name` or `name:port`, lower case."""

    allow_private: bool = False
    allowed_hosts: frozenset[str] = frozenset()


def resolve(host: str, port: int) -> list[str]:
    """All addresses of a name, as the system resolves it; tests put another in its place."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def host_of(url: str) -> str:
    """`name:port` of an address, for `allowed_hosts`.

    Raises:
        UnsafeAddress: it is no address with a host.
    """
    host, port = _split(url)
    return f"{host}:{port}"


def same_origin(url: httpx.URL | str, other: httpx.URL | str) -> bool:
    """Whether two addresses have one scheme, host and port: a key for one is no key for others.

    The same host without TLS is another one. False as well for what is no address.
    """
    try:
        first, second = _split(str(url)), _split(str(other))
    except UnsafeAddress:
        return False
    return (httpx.URL(url).scheme, *first) == (httpx.URL(other).scheme, *second)


def check_url(
    url: str, *, allow_private: bool = False, allowed_hosts: Collection[str] = ()
) -> None:
    """Refuse an address that must not be called; resolves its name.

    Raises:
        UnsafeAddress: and why, in words for people.
    """
    policy = Policy(allow_private, frozenset(allowed_hosts))
    host, port = _split(url)
    check_form(url, policy)
    addresses_of(host, port, policy)


def check_form(url: str, policy: Policy) -> None:
    """The part of the check that needs no network: scheme, user, host's form, port.

    Raises:
        UnsafeAddress: and why.
    """
    host, port = _split(url)
    if httpx.URL(url).userinfo:
        raise UnsafeAddress("An address may not carry a user name or password.")
    if _is_allowed(host, port, policy):
        return
    if "%" in host or not host:
        raise UnsafeAddress("The address names no host.")
    last = host.rstrip(".").rpartition(".")[2]
    if ":" not in host and re.fullmatch(r"\d+|0x[0-9a-f]*", last):
        try:
            ipaddress.IPv4Address(host)
        except ValueError:
            raise UnsafeAddress(
                "Write the host's address as four decimal numbers, such as 192.0.2.1."
            ) from None
    if not 0 < port < 65536 or (port < 1024 and port not in (80, 443)) or port in OTHER_PROTOCOLS:
        raise UnsafeAddress(f"Port {port} is not one of web servers.")


def addresses_of(host: str, port: int, policy: Policy) -> list[str]:
    """The addresses of a host, once every one of them was found safe.

    Raises:
        UnsafeAddress: the name is unknown, or an address is one that must not be called.
    """
    try:
        found = resolve(host.strip("[]"), port)
    except (OSError, UnicodeError):
        raise UnknownName(f"The name {host} is not known.") from None
    if not found:
        raise UnknownName(f"The name {host} has no address.")
    if not _is_allowed(host, port, policy):
        for address in found:
            if not is_safe(address, allow_private=policy.allow_private):
                kinds = "link-local or reserved" if policy.allow_private else "private or reserved"
                raise UnsafeAddress(
                    f"{host} leads to an address that the studio does not call: {kinds}."
                )
    return found


def is_safe(address: str, *, allow_private: bool = False) -> bool:
    """Whether an IP address is public, or private where that is allowed.

    IPv4 addresses inside IPv6 ones (mapped, compatible, NAT64, 6to4) count as what they carry.
    """
    try:
        ip: IPAddress = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if "%" in address:
        return False
    carried = _carried(ip)
    if carried is not None:
        return is_safe(str(carried), allow_private=allow_private)
    if any(ip in network for network in NEVER if network.version == ip.version):
        return False
    if any(ip in network for network in PRIVATE if network.version == ip.version):
        return allow_private
    return ip.is_global and not ip.is_multicast and (ip.version == 4 or ip in GLOBAL_V6)


def _carried(ip: IPAddress) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 one stands for."""
    if isinstance(ip, ipaddress.IPv4Address):
        return None
    if ip.ipv4_mapped is not None:
        return ip.ipv4_mapped
    if ip.sixtofour is not None:
        return ip.sixtofour
    if ip in NAT64 or (ip in COMPATIBLE_V4 and int(ip) > 1):
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return None


def _split(url: str) -> tuple[str, int]:
    """Host (lower case, without brackets) and port of an address with an allowed scheme."""
    try:
        parsed = httpx.URL(url)
        host = parsed.raw_host.decode("ascii").lower()
    except (httpx.InvalidURL, UnicodeError, TypeError):
        raise UnsafeAddress("This is not a web address.") from None
    if parsed.scheme not in DEFAULT_PORTS:
        raise UnsafeAddress("Only addresses that begin with http:// or https:// are called.")
    if not host:
        raise UnsafeAddress("The address names no host.")
    return host.strip("[]"), parsed.port or DEFAULT_PORTS[parsed.scheme]


def _is_allowed(host: str, port: int, policy: Policy) -> bool:
    return host in policy.allowed_hosts or f"{host}:{port}" in policy.allowed_hosts


def open_socket(
    url: str,
    *,
    allow_private: bool = False,
    allowed_hosts: Collection[str] = (),
    timeout_s: float = CONNECT_SECONDS,
) -> socket.socket:
    """A TCP connection to a checked address, for clients that bring no transport (websockets).

    The address begins with ws://, wss://, http:// or https://. TLS is the caller's, with the name
    of the address.

    Raises:
        UnsafeAddress: the address must not be called.
        OSError: nobody answers there.
    """
    policy = Policy(allow_private, frozenset(allowed_hosts))
    page = re.sub("^ws", "http", url)
    check_form(page, policy)
    host, port = _split(page)
    failure: OSError = OSError("no address")
    for address in addresses_of(host, port, policy):
        try:
            return socket.create_connection((address, port), timeout=timeout_s)
        except OSError as error:
            failure = error
    raise failure
