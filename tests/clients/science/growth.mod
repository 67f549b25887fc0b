// The neoclassical growth model, solved to first order (a generalized Schur decomposition).
var c k z;
varexo e;
parameters alpha beta delta rho;
alpha = 0.33; beta = 0.99; delta = 0.025; rho = 0.95;
model;
1/c = beta/c(+1) * (alpha*exp(z(+1))*k^(alpha-1) + 1 - delta);
c + k = exp(z)*k(-1)^alpha + (1 - delta)*k(-1);
z = rho*z(-1) + e;
end;
initval;
z = 0;
k = ((1/beta - 1 + delta)/alpha)^(1/(alpha - 1));
c = k^alpha - delta*k;
end;
steady;
shocks; var e; stderr 0.01; end;
stoch_simul(order = 1, irf = 0, nograph, noprint, nomoments, nofunctions);
disp(oo_.dr.ghx)
