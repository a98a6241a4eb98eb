package io.elasticjob.boot.autoconfigure;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/** What jobs can run that is declared instead of written, as written: checked where it is used. */
@ConfigurationProperties("elasticjob")
public class ElasticJobKindProperties {

    /** Scripts by name. A job with 'script' runs the one of that name. */
    private Map<String, Script> scripts = new LinkedHashMap<>();

    private final Http http = new Http();

    /**
     * Secrets by name, of at least 8 characters. '{secret:name}' stands for one in the environment of a script, and in the URL
     * and the headers of an HTTP target.
     */
    private Map<String, String> secrets = new LinkedHashMap<>();

    public Map<String, Script> getScripts() {
        return scripts;
    }

    public void setScripts(Map<String, Script> scripts) {
        this.scripts = scripts;
    }

    public Http getHttp() {
        return http;
    }

    public Map<String, String> getSecrets() {
        return secrets;
    }

    public void setSecrets(Map<String, String> secrets) {
        this.secrets = secrets;
    }

    /** A command that jobs can run. */
    public static class Script {

        /** Program and arguments, as a list. No shell reads them. */
        private List<String> command = new ArrayList<>();

        /** Directory in which it runs. That of the application by default. */
        private @Nullable Path workingDirectory;

        /** Environment variables, each as NAME=value. Of the application's own environment, only PATH, HOME and the like are handed on. */
        private List<String> environment = new ArrayList<>();

        /** How long its processes may take to end after they are asked to, before they are killed. */
        private Duration killAfter = Duration.ofSeconds(10);

        public List<String> getCommand() {
            return command;
        }

        public void setCommand(List<String> command) {
            this.command = command;
        }

        public @Nullable Path getWorkingDirectory() {
            return workingDirectory;
        }

        public void setWorkingDirectory(@Nullable Path workingDirectory) {
            this.workingDirectory = workingDirectory;
        }

        public List<String> getEnvironment() {
            return environment;
        }

        public void setEnvironment(List<String> environment) {
            this.environment = environment;
        }

        public Duration getKillAfter() {
            return killAfter;
        }

        public void setKillAfter(Duration killAfter) {
            this.killAfter = killAfter;
        }
    }

    /** What jobs can call. */
    public static class Http {

        /** HTTP targets by name. A job with 'http' calls the one of that name. */
        private Map<String, Target> targets = new LinkedHashMap<>();

        public Map<String, Target> getTargets() {
            return targets;
        }

        public void setTargets(Map<String, Target> targets) {
            this.targets = targets;
        }
    }

    /** A request that jobs can make. */
    public static class Target {

        /** Where it goes. Redirects are not followed. */
        private String url = "";

        /** GET, POST, PUT, PATCH or DELETE. */
        private String method = "POST";

        /** Headers by name. */
        private Map<String, String> headers = new LinkedHashMap<>();

        /** Statuses of the answer that mean success, such as 200, 200-204 or 2xx. */
        private List<String> expectedStatus = new ArrayList<>(List.of("2xx"));

        /** How long the whole exchange may take, from connecting to the end of the answer. */
        private Duration timeout = Duration.ofSeconds(30);

        private final Ssl ssl = new Ssl();

        public String getUrl() {
            return url;
        }

        public void setUrl(String url) {
            this.url = url;
        }

        public String getMethod() {
            return method;
        }

        public void setMethod(String method) {
            this.method = method;
        }

        public Map<String, String> getHeaders() {
            return headers;
        }

        public void setHeaders(Map<String, String> headers) {
            this.headers = headers;
        }

        public List<String> getExpectedStatus() {
            return expectedStatus;
        }

        public void setExpectedStatus(List<String> expectedStatus) {
            this.expectedStatus = expectedStatus;
        }

        public Duration getTimeout() {
            return timeout;
        }

        public void setTimeout(Duration timeout) {
            this.timeout = timeout;
        }

        public Ssl getSsl() {
            return ssl;
        }
    }

    /** How connections are secured. */
    public static class Ssl {

        /** Name of the SSL bundle with the keys and the trusted certificates. What the JVM trusts by default. */
        private @Nullable String bundle;

        public @Nullable String getBundle() {
            return bundle;
        }

        public void setBundle(@Nullable String bundle) {
            this.bundle = bundle;
        }
    }
}
