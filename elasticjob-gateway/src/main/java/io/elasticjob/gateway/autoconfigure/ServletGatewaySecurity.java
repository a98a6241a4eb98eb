package io.elasticjob.gateway.autoconfigure;

import io.elasticjob.gateway.web.MvcGateway;
import io.elasticjob.gateway.wire.ProblemException;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.AnonymousAuthenticationFilter;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * The gateway's own chain of Spring Security under Spring MVC: without sessions, cookies or forms. Who is not authenticated
 * is refused by the gateway, in its own words.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass({SecurityFilterChain.class, HttpSecurity.class})
@ConditionalOnMissingBean(name = "elasticJobGatewaySecurity")
class ServletGatewaySecurity {

    private static final String CERTIFICATES = "jakarta.servlet.request.X509Certificate";

    /** Who a JWT says to be that its issuer has signed, and that is valid. */
    interface Subjects {

        /** Whether it can tell of any. */
        boolean canRead();

        /**
         * Blocks while the issuer's keys are read.
         *
         * @return null for a token that is not valid
         * @throws ProblemException when that cannot be told at present
         */
        @Nullable
        String of(String token);
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(JwtDecoder.class)
    static class Jwts {

        @Bean
        JwtSubjects elasticJobGatewaySubjects(
                ElasticJobGatewayProperties properties, ObjectProvider<JwtDecoder> decoders) {
            return new JwtSubjects(properties.getSubjectClaim(), decoders.getIfUnique());
        }
    }

    /** By Spring Security's decoder, which Boot makes for a resource server. */
    static final class JwtSubjects implements Subjects {

        private final String claim;
        private final @Nullable JwtDecoder decoder;

        JwtSubjects(String claim, @Nullable JwtDecoder decoder) {
            this.claim = claim;
            this.decoder = decoder;
        }

        @Override
        public boolean canRead() {
            return decoder != null;
        }

        @Override
        public @Nullable String of(String token) {
            try {
                return decoder == null ? null : decoder.decode(token).getClaimAsString(claim);
            } catch (BadJwtException invalid) {
                return null;
            } catch (RuntimeException unknown) { // such as an issuer that does not answer
                throw Undecided.because(unknown);
            }
        }
    }

    @Bean
    KnownClients elasticJobGatewayClients(
            ElasticJobGatewayProperties properties, Environment environment, ObjectProvider<Subjects> subjects) {
        return KnownClients.of(properties, environment, subjects.stream().anyMatch(Subjects::canRead));
    }

    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE + 100)
    SecurityFilterChain elasticJobGatewaySecurity(
            HttpSecurity http,
            ElasticJobGatewayProperties properties,
            KnownClients clients,
            ObjectProvider<Subjects> subjects) {
        http.securityMatcher(ElasticJobGatewayAutoConfiguration.path(properties) + "/**")
                .csrf(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                .sessionManagement(sessions -> sessions.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .authorizeHttpRequests(requests -> requests.anyRequest().permitAll())
                .anonymous(AbstractHttpConfigurer::disable)
                .addFilterBefore(
                        new ClientFilter(clients, subjects.getIfAvailable()), AnonymousAuthenticationFilter.class);
        return http.build();
    }

    /** Authenticates the clients that are known here. */
    private static final class ClientFilter extends OncePerRequestFilter {

        private final KnownClients clients;
        private final @Nullable Subjects subjects;

        ClientFilter(KnownClients clients, @Nullable Subjects subjects) {
            this.clients = clients;
            this.subjects = subjects;
        }

        @Override
        protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
                throws ServletException, IOException {
            Optional<String> known = Optional.empty();
            try {
                known = client(request);
            } catch (ProblemException undecided) {
                request.setAttribute(MvcGateway.UNDECIDED, undecided); // it is told there, where a body holds no thread
            }
            if (known.isPresent()) {
                SecurityContext context = SecurityContextHolder.createEmptyContext();
                context.setAuthentication(new GatewayAuthentication(known.get()));
                SecurityContextHolder.setContext(context);
            }
            chain.doFilter(request, response);
        }

        private Optional<String> client(HttpServletRequest request) {
            String authorization = request.getHeader("Authorization");
            if (authorization == null || !KnownClients.showsToken(authorization)) {
                return request.getAttribute(CERTIFICATES) instanceof X509Certificate[] chain
                        ? clients.ofCertificates(chain)
                        : Optional.empty();
            }
            String token = KnownClients.token(authorization);
            Optional<String> known = clients.ofToken(token);
            return known.isPresent() || subjects == null || !clients.haveSubjects()
                    ? known
                    : clients.ofSubject(subjects.of(token));
        }
    }
}
