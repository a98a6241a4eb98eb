package io.elasticjob.boot.autoconfigure;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.boot.context.properties.ConfigurationProperties;

/** Who may see and steer what, over HTTP: in the console, and at the endpoint, which decides. */
@ConfigurationProperties("elasticjob.console")
public class ElasticJobConsoleAccessProperties {

    /** Roles of users who may look at everything. If empty, everybody may whom the application lets through. */
    private Set<String> viewerRoles = new LinkedHashSet<>();

    /**
     * Roles of users who may look at everything and change and run everything. If empty, everybody may whom the application
     * lets through, unless a grant lets somebody operate.
     */
    private Set<String> operatorRoles = new LinkedHashSet<>();

    /** What roles may do with a part of the jobs. */
    private List<Grant> grants = new ArrayList<>();

    public Set<String> getViewerRoles() {
        return viewerRoles;
    }

    public void setViewerRoles(Set<String> value) {
        viewerRoles = value;
    }

    public Set<String> getOperatorRoles() {
        return operatorRoles;
    }

    public void setOperatorRoles(Set<String> value) {
        operatorRoles = value;
    }

    public List<Grant> getGrants() {
        return grants;
    }

    public void setGrants(List<Grant> value) {
        grants = value;
    }

    /** What a role may do with a part of the jobs. */
    public static class Grant {

        /** What somebody may do. */
        public enum Access {
            /** Look at it. */
            VIEWER,
            /** Look at it, change and run it. */
            OPERATOR
        }

        /** Role of the users who have this grant. */
        private String role = "";

        /** What these users may do. */
        private Access access = Access.VIEWER;

        /** Applications that the jobs and instances belong to. If empty, the labels decide. */
        private Set<String> applications = new LinkedHashSet<>();

        /** Labels that the jobs require of their instances, and that the instances have. */
        private Map<String, String> labels = new LinkedHashMap<>();

        public String getRole() {
            return role;
        }

        public void setRole(String value) {
            role = value;
        }

        public Access getAccess() {
            return access;
        }

        public void setAccess(Access value) {
            access = value;
        }

        public Set<String> getApplications() {
            return applications;
        }

        public void setApplications(Set<String> value) {
            applications = value;
        }

        public Map<String, String> getLabels() {
            return labels;
        }

        public void setLabels(Map<String, String> value) {
            labels = value;
        }
    }
}
