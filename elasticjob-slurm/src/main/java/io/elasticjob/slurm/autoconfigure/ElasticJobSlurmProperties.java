package io.elasticjob.slurm.autoconfigure;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/** How jobs run on Slurm. */
@ConfigurationProperties("elasticjob.slurm")
public class ElasticJobSlurmProperties {

    /** Whether jobs can run on Slurm, by its programs on this machine. */
    private boolean enabled;

    /**
     * Name of the cluster, as jobs name it. It is kept in records, so it must be the same in all applications that use the
     * cluster, and must not change.
     */
    private String name = "slurm";

    /**
     * Directory that this machine shares with all nodes of the cluster, at the same path. Values and results of tasks are in
     * it. All applications that use the cluster for the same namespace need the same one.
     */
    private @Nullable Path directory;

    /** Folder of sbatch, squeue, scontrol and scancel. By default they are on the PATH. */
    private @Nullable Path programs;

    /** The file slurm.conf. That of the system by default. */
    private @Nullable Path configuration;

    /** Time between two questions to Slurm while something runs. One question tells of all jobs. */
    private Duration pollInterval = Duration.ofSeconds(2);

    /** How long a program of Slurm may take. */
    private Duration commandTimeout = Duration.ofSeconds(20);

    /**
     * After which a task counts as lost when neither Slurm nor a file tells how it has ended. It must be longer than the shared
     * directory shows old contents.
     */
    private Duration lostAfter = Duration.ofSeconds(30);

    /** After which the files of a run are deleted although its result could not be recorded. */
    private Duration keep = Duration.ofDays(30);

    /** What jobs can run, by name. */
    private Map<String, Template> templates = new LinkedHashMap<>();

    public boolean isEnabled() {
        return enabled;
    }

    public void setEnabled(boolean enabled) {
        this.enabled = enabled;
    }

    public String getName() {
        return name;
    }

    public void setName(String name) {
        this.name = name;
    }

    public @Nullable Path getDirectory() {
        return directory;
    }

    public void setDirectory(@Nullable Path directory) {
        this.directory = directory;
    }

    public @Nullable Path getPrograms() {
        return programs;
    }

    public void setPrograms(@Nullable Path programs) {
        this.programs = programs;
    }

    public @Nullable Path getConfiguration() {
        return configuration;
    }

    public void setConfiguration(@Nullable Path configuration) {
        this.configuration = configuration;
    }

    public Duration getPollInterval() {
        return pollInterval;
    }

    public void setPollInterval(Duration pollInterval) {
        this.pollInterval = pollInterval;
    }

    public Duration getCommandTimeout() {
        return commandTimeout;
    }

    public void setCommandTimeout(Duration commandTimeout) {
        this.commandTimeout = commandTimeout;
    }

    public Duration getLostAfter() {
        return lostAfter;
    }

    public void setLostAfter(Duration lostAfter) {
        this.lostAfter = lostAfter;
    }

    public Duration getKeep() {
        return keep;
    }

    public void setKeep(Duration keep) {
        this.keep = keep;
    }

    public Map<String, Template> getTemplates() {
        return templates;
    }

    public void setTemplates(Map<String, Template> templates) {
        this.templates = templates;
    }

    /** What is run for each shard. */
    public static class Template {

        /** Program on the nodes, and its arguments, as a list. No shell reads them. */
        private List<String> command = new ArrayList<>();

        /** Directory on the nodes in which it runs. That of the run by default. */
        private @Nullable Path workingDirectory;

        /** Environment variables, each as NAME=value. '{secret:name}' stands for a secret. */
        private List<String> environment = new ArrayList<>();

        /** Options of sbatch, each as --option=value. */
        private List<String> options = new ArrayList<>();

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

        public List<String> getOptions() {
            return options;
        }

        public void setOptions(List<String> options) {
            this.options = options;
        }
    }
}
