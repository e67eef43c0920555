/* The peer: forwards every datagram train to all other ports, checks nothing, keeps nothing.
 * UDP_GRO in, UDP_SEGMENT out, one system call a receiver. Usage: forwarder PORT CLIENT_PORT... (loopback) */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { SEGMENT = 103, GRO = 104, MOST = 256, BUFFER = 8 << 20 };

static struct sockaddr_in loopback(int port) {
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return a;
}

int main(int argc, char **argv) {
    static char train[65536];
    struct sockaddr_in clients[MOST], own = loopback(atoi(argv[1])), from;
    int count = argc - 2, one = 1, size = BUFFER, link = socket(AF_INET, SOCK_DGRAM, 0);
    for (int i = 0; i < count; i++) clients[i] = loopback(atoi(argv[i + 2]));
    setsockopt(link, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
    setsockopt(link, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size);
    setsockopt(link, IPPROTO_UDP, GRO, &one, sizeof one);
    if (bind(link, (struct sockaddr *)&own, sizeof own)) return 1;
    puts("ready");
    fflush(stdout);
    for (;;) {
        char in[CMSG_SPACE(sizeof(int))], out[CMSG_SPACE(sizeof(uint16_t))] = {0};
        struct iovec part = {train, sizeof train};
        struct msghdr get = {&from, sizeof from, &part, 1, in, sizeof in, 0};
        ssize_t got = recvmsg(link, &get, 0);
        if (got <= 0) continue;
        int segment = 0;
        for (struct cmsghdr *c = CMSG_FIRSTHDR(&get); c; c = CMSG_NXTHDR(&get, c))
            if (c->cmsg_level == IPPROTO_UDP && c->cmsg_type == GRO) segment = *(int *)CMSG_DATA(c);
        struct iovec whole = {train, got};
        struct msghdr put = {0, sizeof from, &whole, 1, out, sizeof out, 0};
        struct cmsghdr *c = CMSG_FIRSTHDR(&put);
        c->cmsg_level = IPPROTO_UDP, c->cmsg_type = SEGMENT, c->cmsg_len = CMSG_LEN(sizeof(uint16_t));
        *(uint16_t *)CMSG_DATA(c) = segment;
        if (!segment || got <= segment) put.msg_control = 0, put.msg_controllen = 0;
        for (int i = 0; i < count; i++)
            if (clients[i].sin_port != from.sin_port) put.msg_name = &clients[i], sendmsg(link, &put, MSG_DONTWAIT);
    }
}
