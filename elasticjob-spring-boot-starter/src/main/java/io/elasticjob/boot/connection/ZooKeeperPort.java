package io.elasticjob.boot.connection;

/** What all images of ZooKeeper have in common. */
final class ZooKeeperPort {

    /** For clients without TLS. */
    static final int CLIENT = 2181;

    private ZooKeeperPort() {}
}
