/* Sends prepared trains in turn from inherited, connected UDP sockets and counts what all of them receive.
 * Closed loop: WINDOW trains in flight. Usage: load SECONDS WINDOW TRAIN_FILE SEGMENT FD...
 * TRAIN_FILE holds one train per socket, all of equal size. Prints: trains sent, packets received. */
#define _GNU_SOURCE
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { SEGMENT = 103, MOST = 256, BATCH = 64, BUFFER = 8 << 20 };

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec * 1e-9;
}

static long drain(int fd) {
    static char bytes[BATCH][64];
    static struct iovec part[BATCH];
    static struct mmsghdr many[BATCH];
    long total = 0;
    for (int got = BATCH; got == BATCH; total += got > 0 ? got : 0) {
        for (int i = 0; i < BATCH; i++) {
            part[i] = (struct iovec){bytes[i], sizeof bytes[i]};
            many[i].msg_hdr = (struct msghdr){.msg_iov = &part[i], .msg_iovlen = 1};
        }
        got = recvmmsg(fd, many, BATCH, MSG_DONTWAIT, 0);
    }
    return total;
}

int main(int argc, char **argv) {
    double seconds = atof(argv[1]);
    long window = atol(argv[2]), segment = atol(argv[4]);
    int count = argc - 5, fds[MOST], size = BUFFER;
    for (int i = 0; i < count; i++) {
        fds[i] = atoi(argv[i + 5]);
        setsockopt(fds[i], SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
        setsockopt(fds[i], SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size);
    }
    FILE *file = fopen(argv[3], "rb");
    fseek(file, 0, SEEK_END);
    long length = ftell(file) / count, packets = (length + segment - 1) / segment;
    rewind(file);
    char *trains = malloc(length * count);
    if (fread(trains, length, count, file) != (size_t)count) return 1;
    long sent = 0, received = 0, forgiven = 0, per_train = packets * (count - 1);
    double end = now() + seconds, progress = now();
    while (now() < end) {
        if (sent * per_train - received - forgiven < window * per_train) {
            int i = sent % count;
            char control[CMSG_SPACE(sizeof(uint16_t))] = {0};
            struct iovec part = {trains + i * length, length};
            struct msghdr put = {0, 0, &part, 1, control, sizeof control, 0};
            struct cmsghdr *c = CMSG_FIRSTHDR(&put);
            c->cmsg_level = IPPROTO_UDP, c->cmsg_type = SEGMENT, c->cmsg_len = CMSG_LEN(sizeof(uint16_t));
            *(uint16_t *)CMSG_DATA(c) = segment;
            sent += sendmsg(fds[i], &put, 0) > 0;
        }
        long before = received;
        for (int i = 0; i < count; i++) received += drain(fds[i]);
        if (received != before) progress = now();
        else if (now() - progress > 0.03) forgiven = sent * per_train - received, progress = now();
    }
    usleep(50000);
    for (int i = 0; i < count; i++) received += drain(fds[i]);
    printf("%ld %ld\n", sent, received);
    return 0;
}
