package io.elasticjob.gateway.autoconfigure;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.util.unit.DataSize;

/** Settings of the gateway for workers. */
@ConfigurationProperties("elasticjob.gateway")
public class ElasticJobGatewayProperties {

    /** Whether workers may attach to this application by HTTP. */
    private boolean enabled;

    /**
     * Whether to serve workers without any security: only those on the same machine, and nobody who comes through a proxy.
     * For development.
     */
    private boolean insecure;

    /** Path of the gateway in the application's web server. */
    private String path = "/elasticjob/workers";

    /**
     * Addresses at which workers reach the gateways of this namespace, such as https://s1:8443. Workers that lose their
     * gateway try the others.
     */
    private List<String> addresses = List.of();

    /**
     * Address at which the other gateways reach this one, such as http://s1:8080. One of 'elasticjob.gateway.peers'.
     */
    private @Nullable String self;

    /**
     * Addresses at which the gateways of this namespace reach one another, this one included. Needed behind a load balancer
     * that sends requests of one worker to different gateways: they are passed on to the one that has the worker.
     */
    private List<String> peers = List.of();

    /** SSL bundle whose trust store says which gateways to believe. By default that of the JVM. */
    private @Nullable String peerBundle;

    /** Handlers that only workers offer. Jobs that this application declares may name them. */
    private Set<String> handlers = Set.of();

    /** Claim of a JWT that says who sends it: what is listed in the subjects of a client. */
    private String subjectClaim = "sub";

    /** Who may attach, by the name of the principal. */
    private final Map<String, Client> clients = new LinkedHashMap<>();

    private final Limits limits = new Limits();

    public boolean isEnabled() {
        return enabled;
    }

    public void setEnabled(boolean value) {
        enabled = value;
    }

    public boolean isInsecure() {
        return insecure;
    }

    public void setInsecure(boolean value) {
        insecure = value;
    }

    public String getPath() {
        return path;
    }

    public void setPath(String value) {
        path = value;
    }

    public List<String> getAddresses() {
        return addresses;
    }

    public void setAddresses(List<String> value) {
        addresses = value;
    }

    public @Nullable String getSelf() {
        return self;
    }

    public void setSelf(@Nullable String value) {
        self = value;
    }

    public List<String> getPeers() {
        return peers;
    }

    public void setPeers(List<String> value) {
        peers = value;
    }

    public @Nullable String getPeerBundle() {
        return peerBundle;
    }

    public void setPeerBundle(@Nullable String value) {
        peerBundle = value;
    }

    public Set<String> getHandlers() {
        return handlers;
    }

    public void setHandlers(Set<String> value) {
        handlers = value;
    }

    public String getSubjectClaim() {
        return subjectClaim;
    }

    public void setSubjectClaim(String value) {
        subjectClaim = value;
    }

    public Map<String, Client> getClients() {
        return clients;
    }

    public Limits getLimits() {
        return limits;
    }

    /** Somebody who may attach workers. */
    public static class Client {

        /**
         * SHA-256 hashes of its tokens, in hexadecimal. Two are valid at once while a token is replaced by another.
         */
        private List<String> tokenHashes = List.of();

        /**
         * Files with its tokens, one a line: the token itself, or sha256: and its hash. Changed files are read again within
         * seconds.
         */
        private List<String> tokenFiles = List.of();

        /** What the subject claim of its JWTs says. Needs an OAuth2 resource server. */
        private List<String> subjects = List.of();

        /** Subjects of its client certificates, such as CN=images,O=Example. Needs server.ssl.client-auth. */
        private List<String> certificates = List.of();

        /** Handlers that its workers may offer; * stands for all. */
        private Set<String> handlers = new LinkedHashSet<>();

        /** Crews that its workers may join; * stands for all. */
        private Set<String> crews = new LinkedHashSet<>(Set.of("*"));

        public List<String> getTokenHashes() {
            return tokenHashes;
        }

        public void setTokenHashes(List<String> value) {
            tokenHashes = value;
        }

        public List<String> getTokenFiles() {
            return tokenFiles;
        }

        public void setTokenFiles(List<String> value) {
            tokenFiles = value;
        }

        public List<String> getSubjects() {
            return subjects;
        }

        public void setSubjects(List<String> value) {
            subjects = value;
        }

        public List<String> getCertificates() {
            return certificates;
        }

        public void setCertificates(List<String> value) {
            certificates = value;
        }

        public Set<String> getHandlers() {
            return handlers;
        }

        public void setHandlers(Set<String> value) {
            handlers = value;
        }

        public Set<String> getCrews() {
            return crews;
        }

        public void setCrews(Set<String> value) {
            crews = value;
        }
    }

    /** How much the gateway takes. */
    public static class Limits {

        /** How many workers may be attached at once. */
        private int workers = 5_000;

        /** How many crews there may be at once; each has a session with ZooKeeper. */
        private int crews = 64;

        /**
         * How much output of running executions is kept in memory for the endpoint, altogether. Of one execution up to 64 KB are
         * kept.
         */
        private DataSize logs = DataSize.ofMegabytes(64);

        public int getWorkers() {
            return workers;
        }

        public void setWorkers(int value) {
            workers = value;
        }

        public int getCrews() {
            return crews;
        }

        public void setCrews(int value) {
            crews = value;
        }

        public DataSize getLogs() {
            return logs;
        }

        public void setLogs(DataSize value) {
            logs = value;
        }
    }
}
